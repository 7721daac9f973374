//! A store that was damaged from outside, in every way that the audit knows.

use std::collections::BTreeSet;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use rusqlite::Connection;
use serde_json::Value;
use tegata::directory::FacilityCode;
use tegata::enrollment::{
    Audit, Carrier, ClaimRequest, Credential, Fault, Number, ReissueReason, audit, census,
};
use tegata::ledger::RevocationReason;
use tegata::store::{Commit, Contents, EntryChange, Guard, IndexEntry, Key, Partition, Row, RowKind};

use crate::world::{World, invite};

fn key(text: impl AsRef<str>) -> Key {
    Key::new(text).unwrap()
}

/// A store with somebody at every step of a life.
struct Town {
    world: World,
    invited: String,
    claimed: String,
    installed: String,
    revoked: String,
    replaced: String,
    successor: String,
    /// Issued in the place of `installed`, and not used yet.
    changing: String,
}

impl Town {
    async fn new() -> Self {
        let world = World::new().await;
        let authority = &world.authority;
        let new = async |name: &str| authority.invite(&world.caller, invite(name)).await.unwrap();
        let claimed = new("claimed").await;
        authority.claim(World::request(&claimed, None)).await.unwrap();
        let installed = new("installed").await;
        world.install(&installed).await;
        let revoked = new("revoked").await;
        world.install(&revoked).await;
        let reason = RevocationReason::KeyCompromise;
        authority.revoke(&world.caller, &revoked.enrollment, reason).await.unwrap();
        let replaced = new("replaced").await;
        world.install(&replaced).await;
        let why = ReissueReason::NewDevice;
        let successor = authority.reissue(&world.caller, &replaced.enrollment, why).await.unwrap();
        world.install(&successor).await;
        let changing = authority.reissue(&world.caller, &installed.enrollment, why).await.unwrap();
        let cancelled = new("cancelled").await;
        authority.cancel(&world.caller, &cancelled.enrollment).await.unwrap();
        let facility: FacilityCode = "G13B".parse().unwrap();
        let with_facility = tegata::enrollment::Invite { facility: Some(facility), ..invite("invited") };
        let invited = authority.invite(&world.caller, with_facility).await.unwrap();
        world.claim(None, false).await.unwrap_err();
        let nobody = Credential::Number { number: Number::parse("0000 0000").unwrap(), form: [1; 16] };
        let request = ClaimRequest { by: nobody, ..World::request(&invited, None) };
        authority.claim(request).await.unwrap_err();
        authority.redraw(&world.caller, &invited.enrollment, Carrier::Message).await.unwrap();
        let [claimed, installed, revoked, replaced, successor, invited, changing] =
            [&claimed, &installed, &revoked, &replaced, &successor, &invited, &changing]
                .map(|issued| format!("enrollment/{}", issued.enrollment));
        // From here on, what is missing in the lists is missing.
        let lease = key("lease/lists");
        let held = Commit::new().put(lease.clone(), written(&serde_json::json!({})));
        let held = world.inner.commit(&Partition::installation(), held).await.unwrap();
        assert!(authority.build_lists(&Guard::Version(lease, held.version), 10).await.unwrap());
        Self { world, invited, claimed, installed, revoked, replaced, successor, changing }
    }

    async fn audit(&self) -> Audit {
        audit(self.world.inner.as_ref(), self.world.now(), &mut |_, _| {}).await.unwrap()
    }

    async fn commit(&self, commit: Commit) {
        self.world.inner.commit(&self.world.partition, commit).await.unwrap();
    }

    async fn commit_outside(&self, commit: Commit) {
        self.world.inner.commit(&Partition::installation(), commit).await.unwrap();
    }

    async fn record(&self, partition: &Partition, name: &str) -> Value {
        let document = self.world.inner.find(partition, &key(name)).await.unwrap().unwrap();
        serde_json::from_slice::<Value>(&document.bytes).unwrap()["record"].clone()
    }

    async fn enrollment(&self, name: &str) -> Value {
        self.record(&self.world.partition, name).await
    }

    /// Writes a record anew with something else in it.
    async fn edit(&self, name: &str, field: &str, value: Value) {
        let mut record = self.enrollment(name).await;
        record[field] = value;
        self.put(name, &record).await;
    }

    async fn put(&self, name: &str, record: &Value) {
        self.commit(Commit::new().put(key(name), written(record))).await;
    }

    async fn serial_of(&self, name: &str) -> String {
        self.enrollment(name).await["claim"]["serial"].as_str().unwrap().to_owned()
    }

    async fn ticket_of(&self, name: &str) -> String {
        self.enrollment(name).await["claim"]["ticket"].as_str().unwrap().to_owned()
    }

    /// The order of a document in an index.
    async fn order(&self, index: &str, document: &str) -> String {
        let store: &dyn Contents = self.world.inner.as_ref();
        let page = store.rows(&self.world.partition, RowKind::Place, None, 1_000).await.unwrap();
        let found = page.rows.into_iter().find_map(|row| match row {
            Row::Place { index: found, order, document: leads }
                if found == key(index) && leads == key(document) =>
            {
                Some(order)
            }
            _ => None,
        });
        found.unwrap()
    }

    fn sql(&self, statement: &str) {
        let connection = Connection::open(self.world.directory().join("store.sqlite")).unwrap();
        assert!(connection.execute(statement, []).unwrap() > 0, "{statement}");
    }
}

fn written(record: &Value) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({ "format": 1, "record": record })).unwrap()
}

type Damage = for<'a> fn(&'a Town) -> BoxFuture<'a, String>;

/// Every kind of damage, with what must be named.
const DAMAGES: &[(Fault, Damage)] = &[
    (Fault::Unreadable, |town| {
        async {
            town.commit(Commit::new().put(key(&town.invited), b"{}".to_vec())).await;
            town.invited.clone()
        }
        .boxed()
    }),
    (Fault::Unreadable, |town| {
        async {
            let newer = br#"{"format":99,"record":{}}"#.to_vec();
            town.commit(Commit::new().put(key("facility/G13B"), newer)).await;
            "facility/G13B".to_owned()
        }
        .boxed()
    }),
    (Fault::Unreadable, |town| {
        async {
            town.commit(Commit::new().event_about(key(&town.invited), b"no record".to_vec())).await;
            "event ".to_owned()
        }
        .boxed()
    }),
    (Fault::Ahead, |town| {
        async {
            town.sql("UPDATE partition SET version = 1 WHERE name LIKE 'organization:%'");
            town.installed.clone()
        }
        .boxed()
    }),
    (Fault::Ahead, |town| {
        async {
            town.sql("UPDATE partition SET position = 1 WHERE name LIKE 'organization:%'");
            "event 2".to_owned()
        }
        .boxed()
    }),
    (Fault::Misplaced, |town| {
        async {
            let record = town.enrollment(&town.invited).await;
            town.put("enrollment/000000000000", &record).await;
            "enrollment/000000000000".to_owned()
        }
        .boxed()
    }),
    (Fault::NotInIndex, |town| {
        async {
            let order = town.order("enrollments", &town.claimed).await;
            town.commit(Commit::new().unindex(key("enrollments"), order)).await;
            town.claimed.clone()
        }
        .boxed()
    }),
    (Fault::NotInIndex, |town| {
        async {
            let certificate = format!("certificate/{}", town.serial_of(&town.revoked).await);
            let order = town.order("certificates-by-revocation", &certificate).await;
            town.commit(Commit::new().unindex(key("certificates-by-revocation"), order)).await;
            certificate
        }
        .boxed()
    }),
    (Fault::NotInIndex, |town| {
        async {
            town.commit_outside(Commit::new().unindex(key("organizations"), "default")).await;
            "document organization".to_owned()
        }
        .boxed()
    }),
    (Fault::NotInIndex, |town| {
        async {
            let order = town.order("enrollments-by-state", &town.claimed).await;
            town.commit(Commit::new().unindex(key("enrollments-by-state"), order)).await;
            town.claimed.clone()
        }
        .boxed()
    }),
    (Fault::NotInIndex, |town| {
        async {
            let order = town.order("enrollments-by-end", &town.installed).await;
            town.commit(Commit::new().unindex(key("enrollments-by-end"), order)).await;
            town.installed.clone()
        }
        .boxed()
    }),
    (Fault::NotInIndex, |town| {
        async {
            let order = town.order("enrollments-in-need", &town.changing).await;
            town.commit(Commit::new().unindex(key("enrollments-in-need"), order)).await;
            town.changing.clone()
        }
        .boxed()
    }),
    (Fault::IndexAstray, |town| {
        async {
            let document = key(&town.installed);
            let order = "fetched/000000000000001-x".to_owned();
            let place = IndexEntry { index: key("enrollments-by-state"), order, document };
            town.commit(Commit::new().index(place)).await;
            "place fetched/000000000000001-x of index enrollments-by-state".to_owned()
        }
        .boxed()
    }),
    (Fault::IndexAstray, |town| {
        async {
            let document = key(&town.revoked);
            let order = "000000000000001-x".to_owned();
            let place = IndexEntry { index: key("enrollments-by-end"), order, document };
            town.commit(Commit::new().index(place)).await;
            "place 000000000000001-x of index enrollments-by-end".to_owned()
        }
        .boxed()
    }),
    (Fault::IndexAstray, |town| {
        async {
            let document = key(&town.installed);
            let order = "locked/000000000000001-x".to_owned();
            let place = IndexEntry { index: key("enrollments-in-need"), order, document };
            town.commit(Commit::new().index(place)).await;
            "place locked/000000000000001-x of index enrollments-in-need".to_owned()
        }
        .boxed()
    }),
    (Fault::IndexAstray, |town| {
        async {
            let document = key("enrollment/zzzzzzzzzzzz");
            let place = IndexEntry { index: key("enrollments"), order: "0001-zzzzzzzzzzzz".into(), document };
            town.commit(Commit::new().index(place)).await;
            "place 0001-zzzzzzzzzzzz of index enrollments".to_owned()
        }
        .boxed()
    }),
    (Fault::IndexAstray, |town| {
        async {
            let document = key(&town.claimed);
            let place = IndexEntry { index: key("enrollments"), order: "0002".into(), document };
            town.commit(Commit::new().index(place)).await;
            "place 0002 of index enrollments".to_owned()
        }
        .boxed()
    }),
    (Fault::PointerMissing, |town| {
        async {
            let code = town.enrollment(&town.invited).await["code"].as_str().unwrap().to_owned();
            town.commit_outside(Commit::new().delete(key(format!("code/{code}")))).await;
            town.invited.clone()
        }
        .boxed()
    }),
    (Fault::PointerMissing, |town| {
        async {
            let serial = town.serial_of(&town.installed).await;
            town.commit_outside(Commit::new().delete(key(format!("serial/{serial}")))).await;
            format!("certificate/{serial}")
        }
        .boxed()
    }),
    (Fault::PointerAstray, |town| {
        async {
            let name = format!("serial/{}", town.serial_of(&town.installed).await);
            let mut pointer = town.record(&Partition::installation(), &name).await;
            pointer["enrollment"] = town.claimed.strip_prefix("enrollment/").unwrap().into();
            town.commit_outside(Commit::new().put(key(&name), written(&pointer))).await;
            name
        }
        .boxed()
    }),
    (Fault::NotInLedger, |town| {
        async {
            let serial = town.serial_of(&town.installed).await;
            town.commit(Commit::new().delete(key(format!("certificate/{serial}")))).await;
            town.installed.clone()
        }
        .boxed()
    }),
    (Fault::LedgerDisagrees, |town| {
        async {
            let serial = town.serial_of(&town.installed).await;
            town.edit(&format!("certificate/{serial}"), "status", "abandoned".into()).await;
            town.installed.clone()
        }
        .boxed()
    }),
    (Fault::SecondCertificate, |town| {
        async {
            let (one, other) = (town.serial_of(&town.installed).await, town.serial_of(&town.revoked).await);
            let mut record = town.enrollment(&format!("certificate/{one}")).await;
            record["serial"] = other.clone().into();
            let name = format!("certificate/{other}");
            town.put(&name, &record).await;
            name
        }
        .boxed()
    }),
    (Fault::OwnerMissing, |town| {
        async {
            let subscriber = town.enrollment(&town.replaced).await["subscriber"].as_str().unwrap().to_owned();
            town.commit(Commit::new().delete(key(format!("subscriber/{subscriber}")))).await;
            town.replaced.clone()
        }
        .boxed()
    }),
    (Fault::OwnerMissing, |town| {
        async {
            let serial = town.serial_of(&town.installed).await;
            town.commit(Commit::new().delete(key(&town.installed))).await;
            format!("certificate/{serial}")
        }
        .boxed()
    }),
    (Fault::DeliveryMissing, |town| {
        async {
            let delivery = key(format!("delivery/{}", town.ticket_of(&town.claimed).await));
            town.commit(Commit::new().entry(EntryChange::Delete(delivery))).await;
            town.claimed.clone()
        }
        .boxed()
    }),
    (Fault::DeliveryLeft, |town| {
        async {
            let name = format!("delivery/{}", town.ticket_of(&town.installed).await);
            let lifetime = jiff::SignedDuration::from_mins(1);
            let delivery = EntryChange::Put { key: key(&name), bytes: b"sealed".to_vec(), lifetime };
            town.commit(Commit::new().entry(delivery)).await;
            name
        }
        .boxed()
    }),
    (Fault::EventMissing, |town| {
        async {
            town.sql(&format!(
                "DELETE FROM event WHERE about = '{}' AND bytes LIKE '%\"kind\":\"installed\"%'",
                town.installed
            ));
            town.installed.clone()
        }
        .boxed()
    }),
    (Fault::EventAstray, |town| {
        async {
            town.sql("UPDATE event SET about = NULL WHERE position = 2");
            "event 2".to_owned()
        }
        .boxed()
    }),
    (Fault::EventAstray, |town| {
        async {
            town.sql(&format!("UPDATE event SET about = '{}' WHERE position = 2", town.invited));
            "by event 2".to_owned()
        }
        .boxed()
    }),
    (Fault::SuccessionBroken, |town| {
        async {
            town.edit(&town.successor, "predecessor", Value::Null).await;
            town.replaced.clone()
        }
        .boxed()
    }),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_somebody_at_every_step_of_a_life_is_sound() {
    let town = Town::new().await;
    let audit = town.audit().await;
    assert_eq!(audit.findings, []);
    assert!(audit.is_clean());
    assert_eq!((audit.enrollments, audit.certificates, audit.leftovers), (9, 5, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_damage_is_named_with_the_row_that_has_it() {
    let mut tried = BTreeSet::new();
    for (number, (fault, damage)) in DAMAGES.iter().enumerate() {
        let town = Town::new().await;
        let row = damage(&town).await;
        let audit = town.audit().await;
        assert!(
            audit.findings.iter().any(|found| found.fault == *fault && found.row.contains(&row)),
            "damage {number}: no {fault:?} at {row}: {:#?}",
            audit.findings
        );
        assert!(!fault.remedy().is_empty() && !fault.code().is_empty());
        tried.insert(*fault);
    }
    assert_eq!(tried, Fault::ALL.into_iter().collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_step_leaves_behind_is_counted_and_no_fault() {
    let town = Town::new().await;
    let mut pointer = town
        .record(&Partition::installation(), &{
            let code = town.enrollment(&town.invited).await["code"].as_str().unwrap().to_owned();
            format!("code/{code}")
        })
        .await;
    pointer["enrollment"] = "zzzzzzzzzzzz".into();
    let nobody = "0".repeat(64);
    town.commit_outside(Commit::new().put(key(format!("code/{nobody}")), written(&pointer))).await;
    let audit = town.audit().await;
    assert_eq!((audit.findings, audit.leftovers), (vec![], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_sound_also_while_others_write() {
    let town = Town::new().await;
    let world = &town.world;
    let writing = async {
        for number in 0..60 {
            let invited = world.authority.invite(&world.caller, invite(&format!("{number}"))).await.unwrap();
            world.install(&invited).await;
        }
    };
    let checking = async {
        let mut audits = 0;
        while audits < 5 {
            let audit = town.audit().await;
            assert_eq!(audit.findings, []);
            audits += 1;
        }
    };
    tokio::join!(writing, checking);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_census_counts_everybody_where_they_stand() {
    let town = Town::new().await;
    let counted = census(town.world.inner.as_ref(), town.world.now(), &mut |_, _| {}).await.unwrap();
    let [installation, organization] = &counted[..] else { panic!("{counted:?}") };
    let standings: Vec<_> =
        organization.standings.iter().filter(|(_, count)| *count > 0).map(|(s, n)| (s.name(), *n)).collect();
    assert_eq!(
        standings,
        [("invited", 3), ("claimed", 1), ("installed", 2), ("replaced", 1), ("revoked", 1), ("cancelled", 1)]
    );
    assert_eq!(organization.documents["enrollment"].rows, 9);
    assert_eq!(organization.documents["certificate"].rows, 5);
    assert_eq!(organization.indexes["enrollments"].rows, 9);
    assert_eq!(organization.indexes["enrollments-by-facility"].rows, 1);
    assert_eq!((installation.documents["code"].rows, installation.documents["decoy"].rows), (10, 1));
    assert_eq!(installation.entries["ticket"].rows, 5);
    assert!(organization.events.rows > 20 && organization.events.bytes > 2_000);
}
