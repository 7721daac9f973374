//! What the figures are measured with still makes a bundle: a bench is compiled with every change, and run seldom.

use openssl::cms::CmsContentInfo;
use tegata::pki::{KeyType, SubjectKey, Variant};

#[path = "../../benches/bundle/setup.rs"]
#[expect(dead_code, reason = "the figures take the parts apart; here only the whole counts")]
mod setup;

#[test]
fn what_the_figures_measure_is_a_signed_profile() {
    for kind in [KeyType::Rsa2048, KeyType::P256] {
        let setup = setup::Setup::new(kind);
        for variant in [Variant::Modern, Variant::Compatible] {
            let bundle = setup.bundle(SubjectKey::generate(kind).unwrap(), variant);
            let signed = CmsContentInfo::from_der(&bundle).unwrap();
            assert!(signed.to_der().unwrap() == bundle, "{kind:?}, {variant:?}: not CMS in DER");
        }
    }
}
