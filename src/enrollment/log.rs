//! The log of an organization and of the installation, newest first: what happened to enrollments and to the directory, by
//! whom and from where.
//!
//! The store reads a log forwards only; it is gone through backwards by windows of positions, each of which holds at most as
//! many events as positions.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::Timestamp;

use super::authority::{OperatorError, RegistrationAuthority, enrollment_key};
use super::caller::Caller;
use super::id::EnrollmentId;
use super::record::{Actor, Happening, LifeEvent};
use crate::directory::{About, Deed, DirectoryEvent, Facilities, FacilityCode, SubscriberId, partition};
use crate::store::record::decode;
use crate::store::{Event, MAX_PAGE, Partition, Position, StoreError};

/// So many positions are read at once.
const WINDOW: u64 = MAX_PAGE as u64;
/// How many lines one page may look at before it returns what it has, with a cursor.
const MOST_LOOKED_AT: usize = 20_000;
/// How many records one page may look up, to know whose lines are, before it returns what it has.
const MOST_LOOKED_UP: usize = 2_000;

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

/// Of whom, or of what, a line tells, as it is called now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// The name: of a person, a facility, an operator, an organization; empty where it is not there any more.
    pub name: String,
    /// The person, where it is one.
    pub subscriber: Option<SubscriberId>,
    /// The facility, where it is one or the person's.
    pub facility: Option<FacilityCode>,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place: the newest has the greatest.
    pub position: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// From which address, where it is known.
    pub from: Option<IpAddr>,
    /// What.
    pub told: Told,
    /// Of whom.
    pub whom: Whom,
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
        let position = event.position.0;
        if DirectoryEvent::is_meant(&event.bytes) {
            let DirectoryEvent { at, about, actor, from, deed, .. } = decode(&event.bytes).ok()?;
            let told = Told::Directory { about, deed };
            return Some(Self { position, at, actor, from, told, whom: Whom::default() });
        }
        let LifeEvent { at, enrollment, actor, from, happening } = decode(&event.bytes).ok()?;
        let told = Told::Life { enrollment, happening };
        Some(Self { position, at, actor, from, told, whom: Whom::default() })
    }

    /// The enrollment that it is about.
    fn enrollment(&self) -> Option<EnrollmentId> {
        match &self.told {
            Told::Life { enrollment, .. } => Some(enrollment.clone()),
            Told::Directory { about: About::Enrollment(id), .. } => id.parse().ok(),
            Told::Directory { .. } => None,
        }
    }

    /// Whether it tells of nobody's certificate, person or facility, but of what somebody did for themselves.
    const fn is_of_nobody(&self) -> bool {
        use About::{Enrollment, Facility, Subscriber};
        let Told::Directory { about, .. } = &self.told else { return false };
        !matches!(about, Enrollment(_) | Facility(_) | Subscriber(_))
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
    /// Only of this person: their record, their enrollments.
    pub subscriber: Option<SubscriberId>,
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

/// Of whom lines tell, each looked up once.
#[derive(Default)]
struct Known {
    enrollments: HashMap<EnrollmentId, Whom>,
    people: HashMap<SubscriberId, Whom>,
}

impl RegistrationAuthority {
    /// The log of the caller's organization. Who has some facilities sees what tells of them and their people, and what they did
    /// themselves that is about nobody.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log(&self, caller: &Caller, query: &LogQuery) -> Result<LogPage, OperatorError> {
        let partition = partition(&caller.organization)?;
        if let Some(id) = &query.enrollment {
            return self.log_of_enrollment(caller, id, query, &partition).await;
        }
        self.go_through(Some(caller), query, &partition).await
    }

    /// The installation's own log, for its administrators. A filter by enrollment, person or facility finds nothing in it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn installation_log(&self, query: &LogQuery) -> Result<LogPage, OperatorError> {
        if query.enrollment.is_some() || query.subscriber.is_some() || query.facility.is_some() {
            return Ok(LogPage { lines: Vec::new(), next: None });
        }
        self.go_through(None, query, &Partition::installation()).await
    }

    async fn go_through(
        &self,
        caller: Option<&Caller>,
        query: &LogQuery,
        partition: &Partition,
    ) -> Result<LogPage, OperatorError> {
        let mut known = Known::default();
        let limit = query.limit.clamp(1, 1_000);
        let mut end = self.page_begins(partition, query).await?;
        let (mut lines, mut looked_at, mut next) = (Vec::new(), 0, None);
        'pages: while end > 0 {
            for event in self.window(partition, end).await?.iter().rev() {
                looked_at += 1;
                let place = event.position.0;
                let Some(mut line) = Line::read(event) else { continue };
                if query.since.is_some_and(|since| line.at < since) {
                    break 'pages;
                }
                if fits(&line, query) && self.within(caller, query, &line, &mut known).await? {
                    line.whom = self.whom(caller, &line, &mut known).await?;
                    lines.push(line);
                }
                let tired = looked_at >= MOST_LOOKED_AT || known.looked_up() >= MOST_LOOKED_UP;
                if lines.len() == limit || tired {
                    next = Some(place);
                    break 'pages;
                }
            }
            end = end.saturating_sub(WINDOW);
        }
        Ok(LogPage { lines, next })
    }

    /// What the log has of one enrollment, which is found without going through all of it.
    async fn log_of_enrollment(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        query: &LogQuery,
        partition: &Partition,
    ) -> Result<LogPage, OperatorError> {
        let (about, mut known, mut found) = (enrollment_key(id)?, Known::default(), Vec::new());
        let mut after = Position(0);
        loop {
            let page = self.store().events_about(partition, &about, after, MAX_PAGE).await?;
            found.extend(page.iter().filter_map(Line::read));
            match page.last() {
                Some(last) if page.len() == MAX_PAGE => after = last.position,
                _ => break,
            }
        }
        let mut lines = Vec::new();
        for mut line in found.into_iter().rev() {
            let is_later = query.before.is_some_and(|before| line.position >= before);
            let is_older = query.since.is_some_and(|since| line.at < since);
            if is_later || is_older || !fits(&line, query) {
                continue;
            }
            if !self.within(Some(caller), query, &line, &mut known).await? {
                continue;
            }
            if lines.len() == query.limit.clamp(1, 1_000) {
                let next = lines.last().map(|line: &Line| line.position);
                return Ok(LogPage { lines, next });
            }
            line.whom = self.whom(Some(caller), &line, &mut known).await?;
            lines.push(line);
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

    /// Whether a line is of the person or the facility that was asked for, and within the caller's reach.
    async fn within(
        &self,
        caller: Option<&Caller>,
        query: &LogQuery,
        line: &Line,
        known: &mut Known,
    ) -> Result<bool, OperatorError> {
        let Some(caller) = caller else { return Ok(true) };
        let is_narrowed = query.facility.is_some() || query.subscriber.is_some();
        if !is_narrowed && (caller.reach == Facilities::All || line.is_of_nobody()) {
            return Ok(caller.reach == Facilities::All || is_by(caller, line));
        }
        let whom = self.whom(Some(caller), line, known).await?;
        let asked = query.facility.as_ref().is_none_or(|code| whom.facility.as_ref() == Some(code))
            && query.subscriber.as_ref().is_none_or(|id| whom.subscriber.as_ref() == Some(id));
        Ok(asked && caller.reach.reach(whom.facility.as_ref()))
    }

    /// Of whom a line tells.
    async fn whom(
        &self,
        caller: Option<&Caller>,
        line: &Line,
        known: &mut Known,
    ) -> Result<Whom, OperatorError> {
        if let (Some(id), Some(caller)) = (line.enrollment(), caller) {
            return match known.enrollments.get(&id) {
                Some(whom) => Ok(whom.clone()),
                None => {
                    let found = self.load(&caller.organization, &id).await?;
                    let whom = found.map_or_else(Whom::default, |loaded| Whom {
                        name: loaded.enrollment.subscriber_name,
                        subscriber: Some(loaded.enrollment.subscriber),
                        facility: loaded.enrollment.facility,
                    });
                    Ok(known.enrollments.entry(id).or_insert(whom).clone())
                }
            };
        }
        let Told::Directory { about, .. } = &line.told else { return Ok(Whom::default()) };
        let (directory, access) = (&self.0.directory, &self.0.access);
        let plain = |name: String| Whom { name, ..Whom::default() };
        Ok(match (about, caller) {
            (About::Subscriber(id), Some(caller)) => match known.people.get(id) {
                Some(whom) => whom.clone(),
                None => {
                    let found = directory.find_subscriber(&caller.organization, id).await?;
                    let whom = found.map_or_else(
                        || Whom { subscriber: Some(id.clone()), ..Whom::default() },
                        |person| Whom {
                            name: person.name,
                            subscriber: Some(person.id),
                            facility: person.facility,
                        },
                    );
                    known.people.entry(id.clone()).or_insert(whom).clone()
                }
            },
            (About::Facility(code), Some(caller)) => {
                let found = directory.find_facility(&caller.organization, code).await?;
                let name = found.map(|facility| facility.name).unwrap_or_default();
                Whom { name, facility: Some(code.clone()), ..Whom::default() }
            }
            (About::Operator(name), Some(caller)) => {
                let found = access.find_operator(&caller.organization, name).await?;
                plain(found.map(|found| found.operator.display).unwrap_or_default())
            }
            (About::Account(id), None) => {
                plain(access.account(id).await?.map(|(account, _)| account.name).unwrap_or_default())
            }
            (About::Organization(id), None) => {
                let found = directory.find_organization(id).await?;
                plain(found.map(|organization| organization.name).unwrap_or_default())
            }
            _ => Whom::default(),
        })
    }
}

impl Known {
    fn looked_up(&self) -> usize {
        self.enrollments.len() + self.people.len()
    }
}

/// Whether the caller did it.
fn is_by(caller: &Caller, line: &Line) -> bool {
    match (&caller.actor, &line.actor) {
        (Actor::Account { id, .. }, Actor::Account { id: own, .. }) => id == own,
        (Actor::Operator(name), Actor::Operator(own)) => name == own,
        _ => false,
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
    let about = |id: &EnrollmentId| line.enrollment().as_ref() == Some(id);
    query.who.as_ref().is_none_or(named)
        && (query.kinds.is_empty() || query.kinds.iter().any(|kind| kind == line.kind()))
        && query.enrollment.as_ref().is_none_or(about)
        && query.until.is_none_or(|until| line.at < until)
}
