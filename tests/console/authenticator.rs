//! A passkey in software: makes a P-256 key, and answers as a browser does (Web Authentication §6).

use data_encoding::BASE64URL_NOPAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sha::sha256;
use openssl::sign::Signer;
use serde_json::{Value, json};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;
const HAS_CREDENTIAL: u8 = 64;

pub struct Authenticator {
    key: PKey<Private>,
    id: Vec<u8>,
    handle: String,
    origin: String,
    /// How often it was used; the next answer says one more.
    pub counter: u32,
    /// Whether it checks that it is its owner.
    pub verifies: bool,
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

impl Authenticator {
    /// A device that shows its passkeys to this origin.
    pub fn new(origin: &str) -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let id = sha256(&key.public_key_to_der().unwrap())[..16].to_vec();
        let origin = origin.trim_end_matches('/').to_owned();
        Self { key, id, handle: String::new(), origin, counter: 0, verifies: true }
    }

    /// The relying party that it knows: the origin's host.
    fn relying_party(&self) -> &str {
        let host = self.origin.split_once("://").unwrap().1;
        host.split(':').next().unwrap()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        let data =
            json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        serde_json::to_vec(&data).unwrap()
    }

    fn data(&mut self, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = sha256(self.relying_party().as_bytes()).to_vec();
        data.push(USER_PRESENT | verified | flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// Makes the passkey that the options ask for.
    pub fn create(&mut self, options: &Value) -> String {
        assert_eq!(options["publicKey"]["rp"]["id"], self.relying_party());
        let selection = &options["publicKey"]["authenticatorSelection"];
        assert_eq!(
            (selection["residentKey"].as_str(), selection["userVerification"].as_str()),
            (Some("required"), Some("required"))
        );
        options["publicKey"]["user"]["id"].as_str().unwrap().clone_into(&mut self.handle);
        let client = self.client_data("webauthn.create", options);
        let mut data = self.data(HAS_CREDENTIAL);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
        attestation.extend_from_slice(&data);
        let response = json!({
            "clientDataJSON": text(&client),
            "attestationObject": text(&attestation),
            "transports": ["internal"],
        });
        self.told(&response)
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 §7.1.1).
    fn cose_key(&self) -> Vec<u8> {
        let key = self.key.ec_key().unwrap();
        let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        let mut context = BigNumContext::new().unwrap();
        key.public_key().affine_coordinates_gfp(key.group(), &mut x, &mut y, &mut context).unwrap();
        let mut cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        cose.extend_from_slice(&x.to_vec_padded(32).unwrap());
        cose.extend_from_slice(b"\x22\x58\x20");
        cose.extend_from_slice(&y.to_vec_padded(32).unwrap());
        cose
    }

    /// Shows the passkey.
    pub fn get(&mut self, options: &Value) -> String {
        let client = self.client_data("webauthn.get", options);
        let data = self.data(0);
        let mut signer = Signer::new(MessageDigest::sha256(), &self.key).unwrap();
        signer.update(&data).unwrap();
        signer.update(&sha256(&client)).unwrap();
        let response = json!({
            "clientDataJSON": text(&client),
            "authenticatorData": text(&data),
            "signature": text(&signer.sign_to_vec().unwrap()),
            "userHandle": self.handle,
        });
        self.told(&response)
    }

    fn told(&self, response: &Value) -> String {
        let id = text(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "extensions": {}, "response": response })
            .to_string()
    }
}
