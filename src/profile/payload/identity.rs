//! The identity: private key, certificate and chain, as a PKCS#12 file in the profile.

use plist::{Dictionary, Value};

use crate::profile::render::{ProfileError, Rendering, TargetDeviceType};

/// The last part of the identity's identifier.
pub(in crate::profile) const IDENTITY: &str = "identity";

/// `com.apple.security.pkcs12`. Its UUID comes from the certificate's serial number, so that a renewal replaces the
/// identity on the device instead of updating it in place.
pub(in crate::profile) fn render(rendering: &Rendering<'_>) -> Result<Dictionary, ProfileError> {
    let context = rendering.context;
    let mut payload =
        rendering.payload("com.apple.security.pkcs12", IDENTITY, rendering.identity, context.display_name);
    payload.insert("PayloadCertificateFileName".into(), Value::from(context.pkcs12_file_name));
    payload.insert("PayloadContent".into(), Value::Data(context.pkcs12.to_vec()));
    match (rendering.offer.bundle.embedded, context.embedded_password) {
        (true, Some(password)) => {
            payload.insert("Password".into(), Value::from(password));
        }
        (false, None) => {}
        (true, None) => return Err(ProfileError::PasswordMissing),
        (false, Some(_)) => return Err(ProfileError::PasswordNotAllowed),
    }
    if context.target != TargetDeviceType::IphoneIpad {
        // Only a Mac knows the key (macOS 10.15); without it the private key can be exported from the keychain.
        payload.insert("KeyIsExtractable".into(), Value::from(false));
    }
    Ok(payload)
}
