//! The dry run: every row is judged by what would issue it, and nothing is written.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::mark::Marks;
use crate::directory::{Facilities, SubscriberId, partition};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::hint::Hint;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::invite::{Carrier, Invite, SubscriberInvite};
use crate::enrollment::record::Enrollment;
use crate::enrollment::state::Standing;
use crate::roster::{Column, Handover, Listed, Person, Reason};
use crate::store::record::decode;
use crate::store::{Key, Scan};

/// Rows that are judged at the same time.
const AT_ONCE: usize = 32;
/// So many enrollments of a person are looked at, the newest first.
const LOOKED_AT: usize = 50;

/// What is done with a facility's code that is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewFacilities {
    /// The row is refused: a code that is not known is mostly a slip.
    #[default]
    Refuse,
    /// It is created, with the name that the row gives.
    Create,
}

/// What is done with a person who has a living enrollment of the same offer for the same kind of device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicates {
    /// The row is refused.
    #[default]
    Refuse,
    /// Another one is issued beside it.
    Issue,
}

/// What holds for every row that does not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueOptions {
    /// What is handed out.
    pub offer: String,
    /// How it is handed over.
    pub handover: Handover,
    /// What is done with codes of facilities that are not known.
    #[serde(default)]
    pub new_facilities: NewFacilities,
    /// What is done with people who have one already.
    #[serde(default)]
    pub duplicates: Duplicates,
}

impl IssueOptions {
    /// What a row hands out.
    #[must_use]
    pub fn offer_of<'o>(&'o self, person: &'o Person) -> &'o str {
        person.offer.as_deref().unwrap_or(&self.offer)
    }

    /// How a row is handed over.
    #[must_use]
    pub fn handover_of(&self, person: &Person) -> Handover {
        person.handover.unwrap_or(self.handover)
    }

    /// The invitation that a row asks for.
    #[must_use]
    pub fn invite(&self, person: &Person) -> Invite {
        Invite {
            subscriber: SubscriberInvite {
                id: person.id.clone(),
                name: person.name.clone(),
                kana: person.kana.clone(),
                email: person.email.clone(),
            },
            facility: person.facility.clone(),
            offer: self.offer_of(person).to_owned(),
            platforms: person.devices.clone(),
            note: person.note.clone(),
            carrier: match self.handover_of(person) {
                Handover::Letter => Carrier::Letter,
                Handover::Mail => Carrier::Mail,
                Handover::None => Carrier::Message,
            },
        }
    }
}

/// Why a row is not issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its stable name, such as `no-such-offer`.
    pub code: String,
    /// The column that it is about, where it is about one.
    pub column: Option<Column>,
    /// Why, and what would do, in English.
    pub why: String,
    /// The same as a value, where the list itself says what is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The enrollment that stands in the way, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrollment: Option<EnrollmentId>,
    /// What to do instead, where the row's enrollment does not allow what was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

impl Refused {
    pub(super) fn new(code: &str, column: Option<Column>, why: impl Into<String>) -> Self {
        Self { code: code.to_owned(), column, why: why.into(), reason: None, enrollment: None, hint: None }
    }

    /// What lies beyond the caller's facilities: said in the same words whether it is there or not.
    fn beyond_reach() -> Self {
        Self::new("beyond-reach", Some(Column::Facility), "it is beyond your facilities")
    }

    fn because_of(mut self, enrollment: &EnrollmentId) -> Self {
        self.enrollment = Some(enrollment.clone());
        self
    }

    /// The refusal that an error is for one row; `None` where it is no row's fault.
    pub(super) fn of(error: &OperatorError) -> Option<Self> {
        let (code, column) = match error {
            OperatorError::NoSuchOrganization(_)
            | OperatorError::NoSuchJob(_)
            | OperatorError::Busy
            | OperatorError::Directory(_)
            | OperatorError::Store(_)
            | OperatorError::Pepper(_)
            | OperatorError::Entropy(_)
            | OperatorError::Key(_)
            | OperatorError::Pki(_) => return None,
            OperatorError::NoSuchOffer { .. } => ("no-such-offer", Some(Column::Offer)),
            OperatorError::BeyondReach(_) => ("beyond-reach", Some(Column::Facility)),
            OperatorError::NotNow { .. } => ("not-now", None),
            OperatorError::NoSuchEnrollment(_) => ("no-such-enrollment", None),
            _ => ("unfit", None),
        };
        let hint = match error {
            OperatorError::NotNow { hint, .. } => Some(*hint),
            _ => None,
        };
        Some(Self { hint, ..Self::new(code, column, error.to_string()) })
    }
}

/// What would become of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It would be issued.
    New,
    /// It has been issued before; nothing would happen.
    Known {
        /// As which enrollment.
        enrollment: EnrollmentId,
        /// How that stands.
        standing: Standing,
    },
    /// It would be refused.
    Refused(Refused),
}

/// A row with what would become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowVerdict {
    /// The row as a spreadsheet counts.
    pub row: u64,
    /// What would become of it.
    pub verdict: Verdict,
}

impl RegistrationAuthority {
    /// Judges every row of a list as things stand. Changes nothing. `progress` is told how many are judged.
    ///
    /// # Errors
    /// When the store fails; a row's own fault is its verdict.
    pub async fn check_rows(
        &self,
        caller: &Caller,
        options: &IssueOptions,
        rows: &[Listed<Person>],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Vec<RowVerdict>, OperatorError> {
        let mut within = Within::default();
        let mut coming: HashMap<SubscriberId, usize> = HashMap::new();
        let mut verdicts = Vec::with_capacity(rows.len());
        for some in rows.chunks(AT_ONCE) {
            let mut judging = Vec::with_capacity(some.len());
            for listed in some {
                judging.push(self.marked_and_judged(caller, options, &listed.value));
            }
            for (listed, judged) in some.iter().zip(try_join_all(judging).await?) {
                let (marks, mut verdict) = judged;
                // What stands in the file twice would be refused by what came first.
                if let Some(refused) = within.repeats(listed, &marks) {
                    verdict = Verdict::Refused(refused);
                }
                if let (Verdict::New, Some(id)) = (&verdict, &listed.value.id) {
                    let before = coming.entry(id.clone()).or_insert(0_usize);
                    if *before > 0
                        && let Some(refused) = self.over_the_cap(caller, id, *before).await?
                    {
                        verdict = Verdict::Refused(refused);
                    } else {
                        *before += 1;
                    }
                }
                verdicts.push(RowVerdict { row: listed.row, verdict });
            }
            progress(verdicts.len());
        }
        Ok(verdicts)
    }

    /// Why a person cannot have one more beside what they have and what earlier rows give them.
    async fn over_the_cap(
        &self,
        caller: &Caller,
        id: &SubscriberId,
        coming: usize,
    ) -> Result<Option<Refused>, OperatorError> {
        let organization = self.directory().find_organization(&caller.organization).await?;
        let Some(most) = organization.and_then(|it| it.policy.certificates_per_person) else {
            return Ok(None);
        };
        let will_be = self.living_of(&caller.organization, id).await?.len() + coming;
        if will_be < usize::try_from(most).unwrap_or(usize::MAX) {
            return Ok(None);
        }
        let why = format!("with the rows before, this person has {will_be}, and {most} is the most");
        Ok(Some(Refused::new("cap", Some(Column::SubscriberId), why)))
    }

    async fn marked_and_judged(
        &self,
        caller: &Caller,
        options: &IssueOptions,
        person: &Person,
    ) -> Result<(Marks, Verdict), OperatorError> {
        let marks = self.marks(caller, options, person)?;
        let verdict = self.judge_row(caller, options, person, &marks).await?;
        if verdict != Verdict::New {
            return Ok((marks, verdict));
        }
        let verdict = match self.examined_and_mailed(caller, &options.invite(person), None).await {
            Ok(_) => verdict,
            Err(error) => Refused::of(&error).map(Verdict::Refused).ok_or(error)?,
        };
        Ok((marks, verdict))
    }

    /// Judges one row by itself, but for what issuing it would say.
    pub(super) async fn judge_row(
        &self,
        caller: &Caller,
        options: &IssueOptions,
        person: &Person,
        marks: &Marks,
    ) -> Result<Verdict, OperatorError> {
        if let Some(mark) = self.marked(caller, marks).await? {
            let found = self.load(&caller.organization, &mark.enrollment).await?;
            if found.as_ref().is_some_and(|found| !caller.reaches(&found.enrollment)) {
                return Ok(Verdict::Refused(Refused::beyond_reach()));
            }
            if !mark.content.matches(&marks.content) {
                let why =
                    format!("the key names enrollment {}, of another row; take another key", mark.enrollment);
                let refused = Refused::new("key-taken", Some(Column::Key), why);
                return Ok(Verdict::Refused(refused.because_of(&mark.enrollment)));
            }
            let standing = found.map_or(Standing::Cancelled, |found| found.enrollment.standing(self.now()));
            return Ok(Verdict::Known { enrollment: mark.enrollment, standing });
        }
        match self.refusal(caller, options, person).await {
            Ok(None) => Ok(Verdict::New),
            Ok(Some(refused)) => Ok(Verdict::Refused(refused)),
            Err(error) => Refused::of(&error).map(Verdict::Refused).ok_or(error),
        }
    }

    /// What stands against a row that was not issued before.
    async fn refusal(
        &self,
        caller: &Caller,
        options: &IssueOptions,
        person: &Person,
    ) -> Result<Option<Refused>, OperatorError> {
        let invite = options.invite(person);
        if options.handover_of(person) == Handover::Mail && person.email.is_none() {
            return Ok(Some(Refused::fault(Column::Email, Reason::MailWithoutAddress)));
        }
        let directory = self.directory();
        // First of all: nothing else is told of what lies beyond.
        if caller.reach != Facilities::All {
            let known = match &person.id {
                Some(id) => directory.find_subscriber(&caller.organization, id).await?,
                None => None,
            };
            let own = known.as_ref().map(|known| known.facility.as_ref());
            let to = person.facility.as_ref().or_else(|| own.flatten());
            if own.is_some_and(|own| !caller.reach.reach(own)) || !caller.reach.reach(to) {
                return Ok(Some(Refused::beyond_reach()));
            }
        }
        if let Some(code) = &person.facility
            && options.new_facilities == NewFacilities::Refuse
            && directory.find_facility(&caller.organization, code).await?.is_none()
        {
            let why =
                format!("there is no facility {code}; mend the code, or allow that new ones are created");
            return Ok(Some(Refused::new("no-such-facility", Some(Column::Facility), why)));
        }
        if options.duplicates == Duplicates::Refuse
            && let Some(living) = self.living_like(caller, &invite).await?
        {
            // One from before they moved is not named to those who do not reach it.
            if !caller.reaches(&living) {
                let why = "the person has an enrollment for such a device already";
                return Ok(Some(Refused::new("duplicate", Some(Column::SubscriberId), why)));
            }
            let why = format!("the person has enrollment {} for such a device already", living.id);
            let refused = Refused::new("duplicate", Some(Column::SubscriberId), why);
            return Ok(Some(refused.because_of(&living.id)));
        }
        Ok(None)
    }

    /// A living enrollment of the same person and offer for one of the same kinds of device.
    async fn living_like(
        &self,
        caller: &Caller,
        invite: &Invite,
    ) -> Result<Option<Enrollment>, OperatorError> {
        let Some(id) = &invite.subscriber.id else { return Ok(None) };
        let partition = partition(&caller.organization)?;
        let index = Key::new("enrollments-by-subscriber")?;
        let scan = Scan { prefix: format!("{id}/"), descending: true, limit: LOOKED_AT, ..Scan::default() };
        for (_, key) in self.store().scan(&partition, &index, scan).await?.entries {
            let Some(document) = self.store().find(&partition, &key).await? else { continue };
            let enrollment: Enrollment = decode(&document.bytes)?;
            let lives = matches!(
                enrollment.standing(self.now()),
                Standing::Invited
                    | Standing::Locked
                    | Standing::Claimed
                    | Standing::Fetched
                    | Standing::Installed
            );
            let (own, asked) = (&enrollment.platforms, &invite.platforms);
            let same_device =
                own.is_empty() || asked.is_empty() || own.iter().any(|device| asked.contains(device));
            if lives && same_device && enrollment.offer == invite.offer {
                return Ok(Some(enrollment));
            }
        }
        Ok(None)
    }
}

/// What the rows of one file say together.
#[derive(Default)]
pub(super) struct Within {
    marks: HashMap<Key, u64>,
    contents: HashMap<String, u64>,
    people: HashMap<String, (u64, String)>,
}

impl Within {
    /// Why a row cannot stand beside the ones before it.
    pub(super) fn repeats(&mut self, listed: &Listed<Person>, marks: &Marks) -> Option<Refused> {
        let person = &listed.value;
        let mut refused = None;
        if let Some(id) = &person.id {
            match self.people.entry(id.as_str().to_owned()) {
                Entry::Occupied(known) if known.get().1 != person.name => {
                    let (row, name) = known.get().clone();
                    let reason = Reason::OtherName { row, id: id.as_str().to_owned(), name };
                    refused = Some(Refused::fault(Column::Name, reason));
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(vacant) => {
                    vacant.insert((listed.row, person.name.clone()));
                }
            }
        }
        match self.marks.entry(marks.key.clone()) {
            Entry::Occupied(known) => {
                let row = *known.get();
                let (column, reason) = match person.key {
                    Some(_) => (Column::Key, Reason::RepeatedKey { row }),
                    None => (Column::Name, Reason::RepeatedRow { row }),
                };
                refused = Some(Refused::fault(column, reason));
            }
            Entry::Vacant(vacant) => {
                vacant.insert(listed.row);
            }
        }
        // A row with a key and one without can say the same.
        match self.contents.entry(marks.content.to_hex()) {
            Entry::Occupied(known) if person.key.is_none() && refused.is_none() => {
                refused = Some(Refused::fault(Column::Name, Reason::RepeatedRow { row: *known.get() }));
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(vacant) => {
                vacant.insert(listed.row);
            }
        }
        refused
    }
}
