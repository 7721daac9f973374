//! The log of an organization and of the installation, newest first: what happened to enrollments and to the directory, by
//! whom and from where.
//!
//! The store reads a log forwards only; it is gone through backwards by windows of positions, each of which holds at most as
//! many events as positions.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::Timestamp;

use super::authority::{OperatorError, RegistrationAuthority};
use super::caller::Caller;
use super::id::EnrollmentId;
use super::record::{Actor, Happening, LifeEvent};
use crate::directory::{About, Deed, DirectoryEvent, FacilityCode, SubscriberId, partition};
use crate::store::record::decode;
use crate::store::{Event, MAX_PAGE, Partition, Position, StoreError};

/// So many positions are read at once.
const WINDOW: u64 = MAX_PAGE as u64;
/// How many lines one page may look at before it returns what it has, with a cursor.
const MOST_LOOKED_AT: usize = 20_000;

/// What a line of the log tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A step of an enrollment's life.
    Life {
        /// Which enrollment.
        enrollment: EnrollmentId,
        /// What happened.
        happening: Happening,
    },
    /// Something of the directory.
    Directory {
        /// Of what.
        about: About,
        /// What was done or tried.
        deed: Deed,
    },
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// From which address, where it is known.
    pub from: Option<IpAddr>,
    /// What.
    pub told: Told,
}

impl Line {
    /// The stable name of what happened.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match &self.told {
            Told::Life { happening, .. } => happening.name(),
            Told::Directory { deed, .. } => deed.name(),
        }
    }

    /// Reads an event; none where it is of a kind that this program does not know.
    fn read(event: &Event) -> Option<Self> {
        let position = event.position;
        if DirectoryEvent::is_meant(&event.bytes) {
            let DirectoryEvent { at, about, actor, from, deed, .. } = decode(&event.bytes).ok()?;
            return Some(Self { position, at, actor, from, told: Told::Directory { about, deed } });
        }
        let LifeEvent { at, enrollment, actor, from, happening } = decode(&event.bytes).ok()?;
        Some(Self { position, at, actor, from, told: Told::Life { enrollment, happening } })
    }
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Only by somebody whose name or account has this in it.
    pub who: Option<String>,
    /// Only of these kinds, by their stable names; empty for all.
    pub kinds: Vec<String>,
    /// Only from then on.
    pub since: Option<Timestamp>,
    /// Only before.
    pub until: Option<Timestamp>,
    /// Only of this enrollment.
    pub enrollment: Option<EnrollmentId>,
    /// Only of this facility: itself, its people and their enrollments.
    pub facility: Option<FacilityCode>,
    /// Go on before this place, as the page before told.
    pub before: Option<u64>,
    /// At most so many, 1 to 1,000.
    pub limit: usize,
}

/// A page of the log, newest first.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// The lines.
    pub lines: Vec<Line>,
    /// What to ask for next; none when this was all.
    pub next: Option<u64>,
}

/// The facilities of what lines tell of, each looked up once.
#[derive(Default)]
struct Known {
    enrollments: HashMap<EnrollmentId, Option<FacilityCode>>,
    people: HashMap<SubscriberId, Option<FacilityCode>>,
}

impl RegistrationAuthority {
    /// The log of the caller's organization. Who has some facilities sees what tells of them and their people.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log(&self, caller: &Caller, query: &LogQuery) -> Result<LogPage, OperatorError> {
        let partition = partition(&caller.organization)?;
        let mut known = Known::default();
        let limit = query.limit.clamp(1, 1_000);
        let mut end = self.page_begins(&partition, query).await?;
        let (mut lines, mut looked_at) = (Vec::new(), 0);
        while end > 0 {
            let window = self.window(&partition, end).await?;
            for event in window.iter().rev() {
                looked_at += 1;
                let place = event.position.0;
                let Some(line) = Line::read(event) else { continue };
                if query.since.is_some_and(|since| line.at < since) {
                    return Ok(LogPage { lines, next: None });
                }
                if fits(&line, query) && self.within(caller, query, &line, &mut known).await? {
                    lines.push(line);
                }
                if lines.len() == limit || looked_at >= MOST_LOOKED_AT {
                    return Ok(LogPage { lines, next: Some(place) });
                }
            }
            end = end.saturating_sub(WINDOW);
        }
        Ok(LogPage { lines, next: None })
    }

    /// The installation's own log, for its administrators. A filter by enrollment or facility finds nothing in it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn installation_log(&self, query: &LogQuery) -> Result<LogPage, OperatorError> {
        let partition = Partition::installation();
        let limit = query.limit.clamp(1, 1_000);
        let mut end = self.page_begins(&partition, query).await?;
        let mut lines = Vec::new();
        if query.enrollment.is_some() || query.facility.is_some() {
            return Ok(LogPage { lines, next: None });
        }
        while end > 0 {
            for event in self.window(&partition, end).await?.iter().rev() {
                let place = event.position.0;
                let Some(line) = Line::read(event) else { continue };
                if query.since.is_some_and(|since| line.at < since) {
                    return Ok(LogPage { lines, next: None });
                }
                if fits(&line, query) {
                    lines.push(line);
                }
                if lines.len() == limit {
                    return Ok(LogPage { lines, next: Some(place) });
                }
            }
            end = end.saturating_sub(WINDOW);
        }
        Ok(LogPage { lines, next: None })
    }

    /// The position that a page begins at, going backwards: before its cursor, and where lines are old enough.
    async fn page_begins(&self, partition: &Partition, query: &LogQuery) -> Result<u64, StoreError> {
        let last = self.store().last_event(partition).await?.0;
        let newest = query.before.map_or(last, |before| last.min(before.saturating_sub(1)));
        let Some(until) = query.until else { return Ok(newest) };
        // The greatest position whose line is older than `until`, by halving: lines stand in the order of their commits.
        let (mut low, mut high) = (0, newest);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let event = self.store().events(partition, Position(middle - 1), 1).await?;
            let older = event.first().and_then(Line::read).is_none_or(|line| line.at < until);
            if older { low = middle } else { high = middle - 1 }
        }
        Ok(low)
    }

    /// The events of the positions up to `end`, oldest first.
    async fn window(&self, partition: &Partition, end: u64) -> Result<Vec<Event>, StoreError> {
        let after = end.saturating_sub(WINDOW);
        let mut events = self.store().events(partition, Position(after), MAX_PAGE).await?;
        events.retain(|event| event.position.0 <= end);
        Ok(events)
    }

    /// Whether a line is of the facility that was asked for, and within the caller's reach.
    async fn within(
        &self,
        caller: &Caller,
        query: &LogQuery,
        line: &Line,
        known: &mut Known,
    ) -> Result<bool, OperatorError> {
        let all = caller.reach == crate::directory::Facilities::All;
        if all && query.facility.is_none() {
            return Ok(true);
        }
        let facility = self.facility_of(caller, line, known).await?;
        let asked = query.facility.as_ref().is_none_or(|code| facility.as_ref() == Some(code));
        Ok(asked && caller.reach.reach(facility.as_ref()))
    }

    async fn facility_of(
        &self,
        caller: &Caller,
        line: &Line,
        known: &mut Known,
    ) -> Result<Option<FacilityCode>, OperatorError> {
        Ok(match &line.told {
            Told::Life { enrollment: id, .. } => match known.enrollments.get(id) {
                Some(facility) => facility.clone(),
                None => {
                    let found = self.load(&caller.organization, id).await?;
                    let facility = found.and_then(|loaded| loaded.enrollment.facility);
                    known.enrollments.insert(id.clone(), facility.clone());
                    facility
                }
            },
            Told::Directory { about: About::Facility(code), .. } => Some(code.clone()),
            Told::Directory { about: About::Subscriber(id), .. } => match known.people.get(id) {
                Some(facility) => facility.clone(),
                None => {
                    let found = self.0.directory.find_subscriber(&caller.organization, id).await?;
                    let facility = found.and_then(|subscriber| subscriber.facility);
                    known.people.insert(id.clone(), facility.clone());
                    facility
                }
            },
            Told::Directory { .. } => None,
        })
    }
}

/// Whether a line is one of those that were asked for, as far as it says so itself.
fn fits(line: &Line, query: &LogQuery) -> bool {
    let named = |who: &String| {
        let who = who.trim().to_lowercase();
        match &line.actor {
            Actor::Operator(name) => name.to_lowercase().contains(&who),
            Actor::Account { id, name } => name.to_lowercase().contains(&who) || id.to_string() == who,
            other => other.to_string().to_lowercase() == who,
        }
    };
    let about = |id: &EnrollmentId| match &line.told {
        Told::Life { enrollment, .. } => enrollment == id,
        Told::Directory { .. } => false,
    };
    query.who.as_ref().is_none_or(named)
        && (query.kinds.is_empty() || query.kinds.iter().any(|kind| kind == line.kind()))
        && query.enrollment.as_ref().is_none_or(about)
        && query.until.is_none_or(|until| line.at < until)
}
