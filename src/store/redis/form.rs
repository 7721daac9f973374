//! The form that values take in Redis: documents and events are compressed with a dictionary of the words that records are
//! made of, and a place of an index does not repeat what its order says already.

use std::cell::RefCell;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::store::{Key, MAX_VALUE, Version};

/// Words of records. What was compressed with it can be read with it only, so that it is never edited; a better one would be a
/// second file with a kind of its own.
const WORDS: &[u8] = include_bytes!("words-1.zstd-dictionary");

static FOR_WRITING: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(WORDS, zstd::DEFAULT_COMPRESSION_LEVEL));
static FOR_READING: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(WORDS));

thread_local! {
    // A context is some hundred kilobytes that are worth keeping.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The first byte of a value: how the rest is to be read.
const PLAIN: u8 = 0;
const WITH_WORDS: u8 = 1;

/// Bytes of a version in front of a document.
const VERSION: usize = 7;

/// The bytes of a document or an event as they are kept.
pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(bytes.len() / 2 + 1);
    if let Some(compressed) = compressed(bytes).filter(|compressed| compressed.len() < bytes.len()) {
        value.push(WITH_WORDS);
        value.extend_from_slice(&compressed);
    } else {
        value.push(PLAIN);
        value.extend_from_slice(bytes);
    }
    value
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            let mut made = Compressor::with_prepared_dictionary(&FOR_WRITING).ok()?;
            // There is one dictionary, the kind names it.
            made.set_parameter(zstd::zstd_safe::CParameter::DictIdFlag(false)).ok()?;
            *kept = Some(made);
        }
        kept.as_mut()?.compress(bytes).ok()
    })
}

/// What was packed.
pub fn unpacked(value: &[u8]) -> Result<Vec<u8>, String> {
    let (kind, bytes) = value.split_first().ok_or("a value is empty")?;
    match *kind {
        PLAIN => Ok(bytes.to_vec()),
        WITH_WORDS => decompressed(bytes),
        other => Err(format!("a value has the unknown form {other}")),
    }
}

fn decompressed(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let size = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten();
    let size = size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= MAX_VALUE);
    let size = size.ok_or("a compressed value does not say its size")?;
    DECOMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            let made = Decompressor::with_prepared_dictionary(&FOR_READING);
            *kept = Some(made.map_err(|error| error.to_string())?);
        }
        let decompressor = kept.as_mut().ok_or("no decompressor")?;
        decompressor
            .decompress(bytes, size)
            .map_err(|error| format!("a compressed value cannot be read: {error}"))
    })
}

/// Splits a stored document into its version and its bytes.
pub fn document(value: &[u8]) -> Result<(Version, Vec<u8>), String> {
    let (version, packed) =
        value.split_at_checked(VERSION).ok_or("a document is shorter than its version")?;
    let version = version.iter().fold(0, |version, byte| version << 8 | u64::from(*byte));
    Ok((Version(version), unpacked(packed)?))
}

/// A version as it stands in front of a document; what no document can have is a text that none begins with.
pub fn version(version: Version) -> Vec<u8> {
    match version.0.to_be_bytes() {
        [0, rest @ ..] => rest.to_vec(),
        beyond => beyond.to_vec(),
    }
}

/// A document's key as it stands behind an order: how many of its last characters are those of the order, then the others.
pub fn behind(order: &str, document: &Key) -> Vec<u8> {
    let key = document.as_str().as_bytes();
    let shared = order.bytes().rev().zip(key.iter().rev()).take_while(|(one, other)| one == *other).count();
    let shared = u8::try_from(shared).unwrap_or(u8::MAX);
    let mut tail = vec![shared];
    tail.extend_from_slice(&key[..key.len() - usize::from(shared)]);
    tail
}

/// Splits a member of an index into its order and the document's key.
pub fn place(member: &[u8]) -> Result<(String, Key), String> {
    let read = || {
        let end = member.iter().position(|byte| *byte == 0)?;
        let order = str::from_utf8(member.get(..end)?).ok()?;
        let (shared, beginning) = member.get(end + 1..)?.split_first()?;
        let shared = order.len().checked_sub(usize::from(*shared)).and_then(|at| order.get(at..))?;
        let key = Key::new(format!("{}{shared}", str::from_utf8(beginning).ok()?)).ok()?;
        Some((order.to_owned(), key))
    };
    read().ok_or_else(|| format!("a place of an index cannot be read: {:?}", String::from_utf8_lossy(member)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record_takes_less_than_half_of_its_size() {
        let record = br#"{"format":1,"record":{"organization":"okina","enrollment":"k3v9x0a2m7qd"}}"#;
        let value = packed(record);
        assert!(value.len() * 2 < record.len() + 8, "{}", value.len());
        assert_eq!(unpacked(&value).unwrap(), record);
    }

    #[test]
    fn what_does_not_shrink_is_kept_as_it_is() {
        for bytes in [&b""[..], b"x", &[0x9d, 0x03, 0x77, 0xfe, 0x41]] {
            assert_eq!(packed(bytes), [&[PLAIN], bytes].concat());
        }
    }

    #[test]
    fn hostile_values_are_refused_without_taking_memory() {
        let mut bomb = packed(&vec![b'a'; MAX_VALUE]);
        assert!(bomb.len() < 1_000);
        assert_eq!(unpacked(&bomb).unwrap().len(), MAX_VALUE);
        // A frame that says it is larger than anything that was ever taken.
        let larger =
            Compressor::with_prepared_dictionary(&FOR_WRITING).unwrap().compress(&vec![0; MAX_VALUE + 1]);
        assert!(unpacked(&[&[WITH_WORDS], &larger.unwrap()[..]].concat()).is_err());
        bomb.truncate(20);
        assert!(unpacked(&bomb).is_err());
        assert!(unpacked(&[WITH_WORDS]).is_err());
        assert!(unpacked(&[]).is_err());
        assert!(unpacked(&[7, 1, 2]).is_err());
        assert!(document(&[0; VERSION - 1]).is_err());
    }

    #[test]
    fn a_place_says_what_its_order_ends_with_only_once() {
        let order = "001795176000000-k3v9x0a2m7qd";
        let tail = behind(order, &Key::new("enrollment/k3v9x0a2m7qd").unwrap());
        assert_eq!(tail, b"\x0cenrollment/");
        for hostile in [&b"order"[..], b"a\0", b"a\0\x02b", b"a\0\x00", b"\xff\0\x00b", b"a\0\x00b c"] {
            assert!(place(hostile).is_err(), "{hostile:?}");
        }
    }

    proptest! {
        #[test]
        fn every_value_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert_eq!(unpacked(&packed(&bytes)), Ok(bytes));
        }

        #[test]
        fn every_place_comes_back(order in "[ -~]{1,400}", key in "[a-zA-Z0-9._/:@-]{1,200}", shared: bool) {
            let key = Key::new(key).unwrap();
            let order = if shared { format!("{}{key}", &order[..order.len().min(200)]) } else { order };
            let member = [order.as_bytes(), b"\0", &behind(&order, &key)].concat();
            prop_assert_eq!(place(&member), Ok((order, key)));
        }

        #[test]
        fn every_version_comes_back(number in 0_u64..1 << 53) {
            let value = [version(Version(number)), packed(b"x")].concat();
            prop_assert_eq!(document(&value), Ok((Version(number), b"x".to_vec())));
        }
    }
}
