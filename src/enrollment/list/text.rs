//! What a text that an operator types may mean.

use crate::directory::{PeopleQuery, SubscriberId};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority, enrollment_key};
use crate::enrollment::caller::Caller;
use crate::enrollment::credentials::{Code, Number};
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::open::{pointer_key, serial_key};
use crate::enrollment::places::BY_SUBSCRIBER;
use crate::pepper::Purpose;
use crate::pki::serial::SerialNumber;
use crate::store::{Cursor, Key, Partition, Scan};

/// The most people whose enrollments are put together.
const MOST_PEOPLE: usize = 50;

/// What a text was found to mean.
#[derive(Debug, Default)]
pub(super) struct Hits {
    pub(super) people: Vec<SubscriberId>,
    /// Whether there are more people than that.
    pub(super) more: bool,
    pub(super) enrollments: Vec<Key>,
}

impl RegistrationAuthority {
    /// What the text means; `None` where it is in no index.
    pub(super) async fn hits(
        &self,
        caller: &Caller,
        partition: &Partition,
        text: &str,
    ) -> Result<Option<Hits>, OperatorError> {
        let mut hits = self.people(partition, text).await?;
        // A name or a reading, as the directory has it; who is found by the identifier is found by that already.
        let query = PeopleQuery { text: text.to_owned(), limit: MOST_PEOPLE, ..PeopleQuery::default() };
        let by_name = self.access().find_people(&caller.organization, &caller.reach, &query).await?;
        hits.more |= by_name.next.is_some();
        for (subscriber, _) in by_name.found {
            if !hits.people.contains(&subscriber.id) {
                hits.people.push(subscriber.id);
            }
        }
        for id in self.named(caller, text).await? {
            hits.enrollments.push(enrollment_key(&id)?);
        }
        let nothing = hits.people.is_empty() && hits.enrollments.is_empty();
        Ok(Some(hits).filter(|_| !nothing))
    }

    /// The enrollments that the text names: by their own name, by a certificate, by a retrieval number or a link.
    async fn named(&self, caller: &Caller, text: &str) -> Result<Vec<EnrollmentId>, OperatorError> {
        let mut found = Vec::new();
        found.extend(text.parse::<EnrollmentId>().ok());
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
        if let Ok(serial) = digits.to_ascii_lowercase().parse::<SerialNumber>()
            && let Some(pointer) = self.pointer(&serial_key(&serial)?).await?
            && pointer.organization == caller.organization
        {
            found.push(pointer.enrollment);
        }
        if let Ok(number) = Number::parse(text) {
            found.extend(self.own(caller, Purpose::Number, number.expose()).await?);
        }
        let last = text.trim_end_matches('/').rsplit('/').next().unwrap_or(text);
        if let Ok(code) = Code::parse(last) {
            found.extend(self.own(caller, Purpose::Code, code.expose()).await?);
        }
        Ok(found)
    }

    /// The enrollment behind a number or a link, where it is the caller's organization's.
    async fn own(
        &self,
        caller: &Caller,
        purpose: Purpose,
        text: &str,
    ) -> Result<Option<EnrollmentId>, OperatorError> {
        let hash = self.0.parts.pepper.hash(purpose, "", text.as_bytes())?;
        let pointer = self.pointer(&pointer_key(purpose, &hash)?).await?;
        Ok(pointer.filter(|it| it.organization == caller.organization).map(|it| it.enrollment))
    }

    /// The people whose identifier begins so.
    async fn people(&self, partition: &Partition, text: &str) -> Result<Hits, OperatorError> {
        let mut hits = Hits::default();
        let index = Key::new(BY_SUBSCRIBER)?;
        let mut after = None;
        loop {
            let scan = Scan { prefix: text.to_owned(), after, descending: false, limit: 1 };
            let scanned = self.store().scan(partition, &index, scan).await?;
            let Some((order, _)) = scanned.entries.into_iter().next() else { return Ok(hits) };
            let Some((person, _)) = order.split_once('/') else { return Ok(hits) };
            if hits.people.len() == MOST_PEOPLE {
                hits.more = true;
                return Ok(hits);
            }
            // `~` is behind everything that follows a person's identifier.
            after = Some(Cursor(format!("{person}/~")));
            hits.people.extend(person.parse::<SubscriberId>().ok());
        }
    }
}
