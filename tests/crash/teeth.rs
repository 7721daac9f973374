//! What the crashes are judged by, shown what it has to find: a life that was lived by the real program, and then each fault
//! planted in the store by hand.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, params};
use serde_json::Value;

use crate::audit;
use crate::chance::Chance;
use crate::client::{Client, World};
use crate::life::{Life, Lives};
use crate::program::Installation;
use crate::stored::Stored;

/// Who finds it: what the crashes are judged by, which knows what reached the clients, and `tegata store check`, which
/// knows the store alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    judge: bool,
    check: bool,
}

struct Ground {
    installation: Installation,
    lives: Lives,
    life: Life,
    /// The store at the end of that life, and when only its invitation stood there.
    whole: Vec<u8>,
    invited: Vec<u8>,
}

impl Ground {
    fn new() -> Self {
        let installation = Installation::create();
        let life = Life::of(installation.invite(&["--offer", "quick"], None).unwrap());
        let invited = std::fs::read(installation.store()).unwrap();
        let (lives, server) = (Lives::default(), installation.serve());
        lives.put_off(life);
        let world = World {
            nodes: vec![installation.clone()],
            patience: std::time::Duration::from_secs(30),
            store_fails: false,
        };
        Client::new(&world, Chance::new(7)).finish(&lives);
        server.stop();
        let life = lives.all_finished().remove(0);
        assert!(life.installed && !life.certificates.is_empty());
        let whole = std::fs::read(installation.store()).unwrap();
        Self { installation, lives, life, whole, invited }
    }

    fn put(&self, file: &[u8]) {
        for suffix in ["-wal", "-shm"] {
            let mut beside = self.installation.store().into_os_string();
            beside.push(suffix);
            let _ = std::fs::remove_file(beside);
        }
        std::fs::write(self.installation.store(), file).unwrap();
    }

    fn judged(&self) -> Found {
        let stored = Stored::read(&self.installation.store());
        let judge = catch_unwind(AssertUnwindSafe(|| audit::of_everything(&stored, &self.lives))).is_err();
        let checked = self.installation.command(&["store", "check", "--json"]).output().unwrap();
        Found { judge, check: !checked.status.success() }
    }

    /// After this change of the file at the end of the life.
    fn after(&self, plant: impl FnOnce(&Connection)) -> Found {
        self.put(&self.whole);
        let connection = Connection::open(self.installation.store()).unwrap();
        plant(&connection);
        connection.close().unwrap();
        self.judged()
    }

    fn certificate(&self) -> String {
        format!("certificate/{}", self.life.certificates[0].0)
    }
}

/// A document of the organization, written anew.
fn rewritten(connection: &Connection, key: &str, change: impl FnOnce(&mut Value)) {
    let bytes: Vec<u8> =
        connection.query_row("SELECT bytes FROM document WHERE key = ?1", [key], |row| row.get(0)).unwrap();
    let mut document: Value = serde_json::from_slice(&bytes).unwrap();
    change(&mut document["record"]);
    let bytes = serde_json::to_vec(&document).unwrap();
    let written = connection.execute("UPDATE document SET bytes = ?1 WHERE key = ?2", params![bytes, key]);
    assert_eq!(written.unwrap(), 1);
}

fn removed(connection: &Connection, key: &str) {
    assert_eq!(connection.execute("DELETE FROM document WHERE key = ?1", [key]).unwrap(), 1);
}

const BY_BOTH: Found = Found { judge: true, check: true };
const BY_THE_JUDGE: Found = Found { judge: true, check: false };

#[test]
fn every_fault_that_a_crash_could_leave_is_found() {
    let ground = Ground::new();
    assert_eq!(ground.after(|_| ()), Found { judge: false, check: false });

    // A second certificate of the same enrollment that lets somebody in.
    let twice = ground.after(|connection| {
        let other = "f".repeat(32);
        let insert = "INSERT INTO document (partition, key, version, bytes) \
                      SELECT partition, ?2, version, CAST(REPLACE(CAST(bytes AS TEXT), ?3, ?4) AS BLOB) \
                      FROM document WHERE key = ?1";
        let serial = &ground.life.certificates[0].0;
        let key = format!("certificate/{other}");
        let written = connection.execute(insert, params![ground.certificate(), key, serial, other]);
        assert_eq!(written.unwrap(), 1);
    });
    assert_eq!(twice, BY_BOTH, "two valid certificates");

    // A certificate that reached a client and is not in the ledger, or another in its place.
    let gone = ground.after(|connection| removed(connection, &ground.certificate()));
    assert_eq!(gone, BY_BOTH, "a certificate that nobody knows");
    let other = ground.after(|connection| {
        rewritten(connection, &ground.certificate(), |record| record["der"] = "3003020100".into());
    });
    assert!(other.judge, "another certificate");
    let prepared = ground.after(|connection| {
        rewritten(connection, &ground.certificate(), |record| record["status"] = "prepared".into());
    });
    assert_eq!(prepared, BY_BOTH, "a certificate in somebody's hands that the ledger calls prepared");

    // A step that was acknowledged and is not there: the enrollment, its proof, the event of it.
    let enrollment = format!("enrollment/{}", ground.life.invited.enrollment);
    let lost = ground.after(|connection| removed(connection, &enrollment));
    assert_eq!(lost, BY_BOTH, "an enrollment that is gone");
    let untold = ground.after(|connection| {
        let proof = r#"DELETE FROM event WHERE instr(CAST(bytes AS TEXT), '"kind":"installed"') > 0"#;
        assert_eq!(connection.execute(proof, []).unwrap(), 1);
    });
    assert_eq!(untold, BY_BOTH, "a state of which the log does not tell");
    // A store that fell back to what it once was is whole in itself: only who was told otherwise can know.
    ground.put(&ground.invited);
    assert_eq!(ground.judged(), BY_THE_JUDGE, "everything acknowledged since the invitation");
}
