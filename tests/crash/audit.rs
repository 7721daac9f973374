//! Holds the store against what the clients were told.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags};

use crate::life::Lives;
use crate::program::Installation;
use crate::stored::{Certificate, Stored};

/// The file of the embedded engine is whole.
pub fn is_sound(installation: &Installation) {
    let connection =
        Connection::open_with_flags(installation.store(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let found: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
}

/// `tegata store check` finds nothing: every record, index, pointer and event fits the others.
pub fn finds_nothing(installation: &Installation) {
    let output = installation.command(&["store", "check", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Invariant 1: no enrollment has two certificates that let anybody in.
fn has_one_valid_certificate_each(stored: &Stored) {
    let mut valid: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for certificate in stored.certificates().filter(|certificate| certificate.status == "valid") {
        valid.entry(certificate.enrollment).or_default().push(certificate.serial);
    }
    let twice: Vec<_> = valid.iter().filter(|(_, serials)| serials.len() > 1).collect();
    assert!(twice.is_empty(), "two valid certificates: {twice:?}");
}

/// What must hold at any moment, right after a crash as well.
pub fn of_the_moment(stored: &Stored) {
    has_one_valid_certificate_each(stored);
}

/// What must hold at the end, when every life has been lived.
pub fn of_everything(stored: &Stored, lives: &Lives) {
    has_one_valid_certificate_each(stored);
    let ledger: BTreeMap<String, Certificate> =
        stored.certificates().map(|certificate| (certificate.serial.clone(), certificate)).collect();
    let enrollments = stored.enrollments();
    for life in lives.all_finished() {
        // Invariant 8: the invitation was acknowledged, and so was everything after it.
        let (state, last_event) =
            enrollments.get(&life.invited.enrollment).unwrap_or_else(|| panic!("lost: {life:?}"));
        // Invariant 2: nothing reached a client that is not in the ledger, byte for byte.
        for (serial, der) in &life.certificates {
            let kept =
                ledger.get(serial).unwrap_or_else(|| panic!("certificate {serial} is not in the ledger"));
            assert_eq!(kept.enrollment, life.invited.enrollment);
            assert_eq!(kept.der.as_deref(), Some(hex::encode(der).as_str()), "another certificate {serial}");
            assert_eq!(kept.status, "valid", "{life:?}");
        }
        // Invariant 9: every interrupted life could be lived to its end.
        if life.refused.is_none() || life.file.is_some() {
            assert!(life.installed, "{life:?}");
            assert_eq!(state, "installed", "{life:?}");
        }
        // Invariant 6: the state and what tells of it were one commit.
        if state == "installed" {
            assert_eq!(last_event.as_deref(), Some("installed"), "{life:?}");
        }
    }
    // What a crash left half-made is waited for by nobody.
    for certificate in ledger.values().filter(|certificate| certificate.status == "prepared") {
        let (state, _) = &enrollments[&certificate.enrollment];
        assert_eq!(state, "issuing", "a prepared certificate that nobody makes: {}", certificate.serial);
    }
}
