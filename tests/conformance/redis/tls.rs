//! TLS to Redis, with an authority of one's own.

use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use tegata::store::Store;
use tegata::store::redis::{OpenError, RedisSettings};

use super::server::{DURABLE, Server};
use super::{open, settings};
use crate::suite::subject::{here, key, put};

/// A certificate for this host that vouches for itself, and its key.
fn certificate(host: &str) -> (X509, PKey<Private>) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "Redis").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    let names = SubjectAlternativeName::new().ip(host).build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build(), key)
}

/// A server that speaks nothing but TLS, with a certificate for this host; and what trusts it.
fn server(host: &str) -> (Server, Vec<u8>) {
    let (certificate, key) = certificate(host);
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (certificate_file, key_file) = (place("certificate.pem"), place("key.pem"));
    std::fs::write(&certificate_file, certificate.to_pem().unwrap()).unwrap();
    std::fs::write(&key_file, key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let tls = ["--tls-cert-file", &certificate_file, "--tls-key-file", &key_file, "--tls-auth-clients", "no"];
    // Redis has read both by the time it is ready.
    (Server::over_tls(&[&DURABLE, &tls[..]].concat()), certificate.to_pem().unwrap())
}

fn to(server: &Server, trust: &[u8]) -> RedisSettings {
    let url = format!("rediss://{}", server.address());
    RedisSettings { trust: Some(trust.to_vec()), patience: Duration::from_millis(300), ..settings(&url) }
}

#[tokio::test]
async fn a_redis_is_trusted_over_tls_for_its_certificate() {
    let (server, trust) = server("127.0.0.1");
    let store = open(to(&server, &trust)).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    assert!(store.find(&here(), &key("a")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_redis_that_shows_another_certificate_is_not_trusted() {
    let (right, _) = server("127.0.0.1");
    let (other, _) = certificate("127.0.0.1");
    let (elsewhere, trust) = server("127.0.0.2");
    for settings in [to(&right, &other.to_pem().unwrap()), to(&elsewhere, &trust)] {
        let error = open(settings).await.unwrap_err();
        assert!(matches!(&error, OpenError::Unreachable { reason, .. } if reason.contains("TLS")), "{error}");
    }
    for hostile in [&b""[..], b"no certificate"] {
        assert!(matches!(open(to(&right, hostile)).await, Err(OpenError::Tls(_))));
    }
    // Whoever speaks no TLS is no server of ours either.
    let plain = Server::durable(&[]);
    assert!(open(to(&plain, &trust)).await.is_err());
}
