//! What Tegata writes, opened by others: OpenSSL's command line, NSS, GnuTLS, Python's cryptography and p12-keystore.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bundle;
mod certificate;
mod fixture;
mod measured;
mod signature;
mod tool;
