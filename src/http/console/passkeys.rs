//! Passkeys (Web Authentication Level 3). A ceremony begins with a page, which carries the challenge for the browser and, sealed for
//! this browser or session, what the server has to know of it again; so a page that is only looked at writes nothing. It is finished
//! once, and within minutes.
//!
//! The user must have been verified (fingerprint, face, PIN), and a counter that does not go on is refused: somebody may have a copy.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey as Credential, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::desk::Guest;
use super::refusal::Trouble;
use crate::directory::{Account, AccountId, CEREMONY_LASTS, Passkey, Renewed, Shown};
use crate::http::error::HttpError;
use crate::pepper::{Pepper, PepperError};

/// How far another node's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// The longest that a browser says of a passkey; real ones are below 3 KB.
const LONGEST: usize = 32 * 1024;

/// The passkeys of one console.
pub struct Passkeys {
    webauthn: Webauthn,
    pepper: Arc<Pepper>,
}

/// What a page needs to ask for a passkey.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// For the browser: JSON, as `navigator.credentials` takes it once its texts are bytes.
    pub options: String,
    /// For the server, sealed.
    pub state: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    made: Timestamp,
    state: T,
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passkeys(..)")
    }
}

/// What a ceremony is for; one begun for another purpose is not finished.
#[derive(Debug, Clone, Copy)]
enum Kind {
    SignIn,
    StepUp,
    Registration,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::StepUp => "step-up",
            Self::Registration => "registration",
        }
    }
}

fn unexpected(error: &WebauthnError) -> HttpError {
    HttpError::internal(format!("a ceremony cannot be begun: {error}"))
}

/// What the library refuses, as people are told.
fn refused(error: &WebauthnError) -> Trouble {
    match error {
        WebauthnError::CredentialPossibleCompromise => Trouble::PasskeyCopied,
        _ => Trouble::PasskeyRefused,
    }
}

impl Passkeys {
    /// The passkeys of the console at this address; `None` where the address cannot have any.
    #[must_use]
    pub fn of(site: &Url, pepper: Arc<Pepper>) -> Option<Self> {
        let host = site.host_str()?;
        let builder = WebauthnBuilder::new(host, site).ok()?;
        let webauthn = builder.rp_name("Tegata").build().ok()?;
        Some(Self { webauthn, pepper })
    }

    /// Asks for any passkey of this console.
    ///
    /// # Errors
    /// None but an unexpected one.
    pub fn begin_sign_in(&self, guest: &Guest) -> Result<Ceremony, HttpError> {
        let begun = self.webauthn.start_discoverable_authentication();
        let (options, state) = begun.map_err(|error| unexpected(&error))?;
        self.ceremony(guest, Kind::SignIn, &options, state)
    }

    /// Whose passkey was shown.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn finish_sign_in(&self, guest: &Guest) -> Result<(Account, Shown), HttpError> {
        let credential: PublicKeyCredential = shown(guest)?;
        let state: DiscoverableAuthentication = self.finish(guest, Kind::SignIn).await?;
        let identified = self.webauthn.identify_discoverable_authentication(&credential);
        let (handle, _) = identified.map_err(|_| Trouble::PasskeyRefused)?;
        let id = AccountId::of_handle(handle);
        let account = guest.access().account(&id).await.map_err(HttpError::internal)?;
        let (account, _) = account.ok_or(Trouble::PasskeyRefused)?;
        if account.ended_at.is_some() {
            return Err(Trouble::AccountEnded.into());
        }
        let (passkey, kept) = registered(&account, &credential)?;
        let keys = [DiscoverableKey::from(&kept)];
        let result = self.webauthn.finish_discoverable_authentication(&credential, state, &keys);
        let result = result.map_err(|error| refused(&error))?;
        let shown = next(&account, passkey, kept, &result)?;
        Ok((account, shown))
    }

    /// Asks for a passkey of this very account.
    ///
    /// # Errors
    /// None but an unexpected one.
    pub fn begin_step_up(&self, guest: &Guest, account: &Account) -> Result<Ceremony, HttpError> {
        let begun = self.webauthn.start_passkey_authentication(&credentials(account));
        let (options, state) = begun.map_err(|error| unexpected(&error))?;
        self.ceremony(guest, Kind::StepUp, &options, state)
    }

    /// The passkey of this account that was shown.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn finish_step_up(&self, guest: &Guest, account: &Account) -> Result<Shown, HttpError> {
        let credential: PublicKeyCredential = shown(guest)?;
        let state: PasskeyAuthentication = self.finish(guest, Kind::StepUp).await?;
        // What the account has now, and not what it had when the page was made.
        let (passkey, kept) = registered(account, &credential)?;
        let result = self.webauthn.finish_passkey_authentication(&credential, &state);
        let result = result.map_err(|error| refused(&error))?;
        next(account, passkey, kept, &result)
    }

    /// Asks for a new passkey of the account with this identifier; one that it has already is not made again.
    ///
    /// # Errors
    /// None but an unexpected one.
    pub fn begin_registration(
        &self,
        guest: &Guest,
        id: AccountId,
        name: &str,
        account: Option<&Account>,
    ) -> Result<Ceremony, HttpError> {
        let known =
            account.map(|account| credentials(account).iter().map(|one| one.cred_id().clone()).collect());
        let begun = self.webauthn.start_passkey_registration(id.handle(), name, name, known);
        let (options, state) = begun.map_err(|error| unexpected(&error))?;
        let mut options = serde_json::to_value(&options).map_err(HttpError::internal)?;
        // A key that only answers when it is asked for by name could not sign anybody in who types no name.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = "required".into();
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = true.into();
        self.ceremony(guest, Kind::Registration, &options, state)
    }

    /// The passkey that was made, under the name that its owner gives it.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn finish_registration(&self, guest: &Guest, name: &str) -> Result<Passkey, HttpError> {
        let credential: RegisterPublicKeyCredential = shown(guest)?;
        let state: PasskeyRegistration = self.finish(guest, Kind::Registration).await?;
        let made = self.webauthn.finish_passkey_registration(&credential, &state);
        let made = made.map_err(|error| refused(&error))?;
        Ok(Passkey {
            name: name.to_owned(),
            credential_id: BASE64URL_NOPAD.encode(made.cred_id()),
            created_at: guest.now(),
            last_used_at: None,
            credential: serde_json::to_string(&made).map_err(HttpError::internal)?,
        })
    }

    fn ceremony<T: Serialize>(
        &self,
        guest: &Guest,
        kind: Kind,
        options: &impl Serialize,
        state: T,
    ) -> Result<Ceremony, HttpError> {
        let sealed = Sealed { made: guest.now(), state };
        let plain = serde_json::to_vec(&sealed).map_err(HttpError::internal)?;
        let key = self.key(guest).map_err(HttpError::internal)?;
        let sealed =
            key.seal(guest.entropy(), kind.name().as_bytes(), &plain).map_err(HttpError::internal)?;
        let options = serde_json::to_string(options).map_err(HttpError::internal)?;
        Ok(Ceremony { options, state: BASE64URL_NOPAD.encode(&sealed) })
    }

    /// Opens what the page carried, which is good once.
    async fn finish<T: DeserializeOwned>(&self, guest: &Guest, kind: Kind) -> Result<T, HttpError> {
        let carried = guest.typed().get("ceremony");
        let over = || HttpError::from(Trouble::CeremonyOver);
        let sealed = BASE64URL_NOPAD.decode(carried.as_bytes()).map_err(|_| over())?;
        let key = self.key(guest).map_err(HttpError::internal)?;
        let plain = key.open(kind.name().as_bytes(), &sealed).map_err(|_| over())?;
        let Sealed { made, state } = serde_json::from_slice(&plain).map_err(|_| over())?;
        let age = guest.now().duration_since(made);
        if age > CEREMONY_LASTS || age < -AHEAD {
            return Err(over());
        }
        let first =
            guest.access().finish_ceremony(kind.name(), &sealed).await.map_err(HttpError::internal)?;
        if first { Ok(state) } else { Err(over()) }
    }

    /// For this browser or session alone.
    fn key(&self, guest: &Guest) -> Result<crate::pepper::SealingKey, PepperError> {
        self.pepper.sealing_key(guest.scope().as_bytes(), b"tegata/1/console", b"tegata/1/ceremony")
    }
}

/// What the browser says of the passkey.
fn shown<T: DeserializeOwned>(guest: &Guest) -> Result<T, HttpError> {
    let said = guest.typed().get("credential");
    if said.len() > LONGEST {
        return Err(Trouble::PasskeyRefused.into());
    }
    serde_json::from_str(said).map_err(|_| Trouble::PasskeyRefused.into())
}

/// The credentials of an account; what cannot be read is not among them.
fn credentials(account: &Account) -> Vec<Credential> {
    account.passkeys.iter().filter_map(|passkey| serde_json::from_str(&passkey.credential).ok()).collect()
}

/// The account's own passkey that was shown.
fn registered<'a>(
    account: &'a Account,
    credential: &PublicKeyCredential,
) -> Result<(&'a Passkey, Credential), HttpError> {
    let id = BASE64URL_NOPAD.encode(credential.raw_id.as_ref());
    let passkey = account.passkey(&id).ok_or(Trouble::PasskeyRefused)?;
    let kept = serde_json::from_str(&passkey.credential).map_err(HttpError::internal)?;
    Ok((passkey, kept))
}

/// The passkey as it is kept from now on.
fn next(
    account: &Account,
    passkey: &Passkey,
    mut kept: Credential,
    result: &webauthn_rs::prelude::AuthenticationResult,
) -> Result<Shown, HttpError> {
    if !result.user_verified() {
        return Err(Trouble::PasskeyRefused.into());
    }
    // The library judges by what the page carried; what counts is what is kept now (Web Authentication Level 3, §7.2, step 22).
    if result.counter() > 0 && counter(&kept).is_none_or(|before| u64::from(result.counter()) <= before) {
        return Err(Trouble::PasskeyCopied.into());
    }
    let changed = kept.update_credential(result) == Some(true);
    let renewed = changed.then(|| serde_json::to_string(&kept)).transpose().map_err(HttpError::internal)?;
    let credential = renewed.map(|next| Renewed { judged_by: passkey.credential.clone(), next });
    Ok(Shown { account: account.id, credential_id: passkey.credential_id.clone(), credential })
}

/// How often a passkey says that it was used, as the library wrote it.
fn counter(kept: &Credential) -> Option<u64> {
    serde_json::to_value(kept).ok()?.pointer("/cred/counter")?.as_u64()
}
