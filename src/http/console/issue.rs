//! An enrollment is issued for the person beside the desk: somebody who is known, found by identifier, name or reading, or somebody
//! new.

use actix_web::HttpResponse;
use askama::Template;

use super::desk::Desk;
use super::enrollment::failed;
use super::enrollments::offers;
use super::entered::Entered;
use super::facility_field::{Choice, FacilityField, chosen as chosen_facility};
use super::flash::Flash;
use super::frame::ConsoleFrame;
use super::handover;
use super::subscribers::named;
use crate::device::Platform;
use crate::directory::{FacilityCode, PeopleQuery, Subscriber, SubscriberId, folded};
use crate::enrollment::{Carrier, Invite, Once, OperatorError, Person, SubscriberInvite};
use crate::http::error::HttpError;

/// People that a search shows.
const FOUND: usize = 20;
/// The longest text that is looked for.
const LONGEST: usize = 100;

/// Somebody whom a search found.
#[derive(Debug)]
pub struct FoundPerson {
    /// The form for this person.
    pub href: String,
    /// The name.
    pub name: String,
    /// How it is read.
    pub kana: String,
    /// The identifier.
    pub id: String,
    /// The facility's code, if any.
    pub facility: String,
}

/// For whom it is issued.
#[derive(Debug)]
pub struct ChosenPerson {
    /// The person's page.
    pub href: String,
    /// The name.
    pub name: String,
    /// How it is read.
    pub kana: String,
    /// The identifier.
    pub id: String,
    /// The facility's code, if any.
    pub facility: String,
    /// Certificates in use and open invitations.
    pub living: usize,
    /// The most of them.
    pub most: Option<u32>,
    /// Why nothing can be issued now.
    pub refused: Option<&'static str>,
}

/// The form.
#[derive(Debug, Template)]
#[template(path = "console/issue.html")]
pub struct IssuePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed.
    pub entered: Entered,
    /// For whom, where that is somebody who is known.
    pub chosen: Option<ChosenPerson>,
    /// Who is looked for.
    pub who: String,
    /// Who was found.
    pub people: Vec<FoundPerson>,
    /// Whether there are more.
    pub more_people: bool,
    /// The facility of somebody new.
    pub facilities: FacilityField,
    /// The offers.
    pub offers: Vec<(String, String)>,
    /// The kinds of device.
    pub devices: Vec<(String, String)>,
}

impl IssuePage {
    /// Whether anything can be issued.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| chosen.refused.is_none())
    }
}

impl ChosenPerson {
    fn of(desk: &Desk, person: &Person) -> Self {
        let refused = if person.subscriber.retired_at.is_some() {
            Some("issue-person-retired")
        } else if person.is_at_the_cap() {
            Some("subscriber-at-the-cap")
        } else {
            None
        };
        let Subscriber { id, name, kana, facility, .. } = &person.subscriber;
        Self {
            href: desk.at(&format!("subscribers/{id}")),
            name: name.clone(),
            kana: kana.clone().unwrap_or_default(),
            id: id.to_string(),
            facility: facility.as_ref().map(ToString::to_string).unwrap_or_default(),
            living: person.living,
            most: person.most,
            refused,
        }
    }
}

async fn form(desk: &Desk, entered: Entered, person: Option<&Person>) -> Result<IssuePage, HttpError> {
    let (words, caller) = (desk.words(), desk.caller()?);
    let any = (String::new(), words.say("issue-any-device").plain());
    let device = |it: Platform| (it.as_str().to_owned(), words.device(it));
    let who: String = desk.query().get("who").chars().take(LONGEST).collect();
    let (mut people, mut more_people) = (Vec::new(), false);
    if person.is_none() && !who.is_empty() {
        let query =
            PeopleQuery { text: who.clone(), retired: Some(false), limit: FOUND, ..PeopleQuery::default() };
        let page = desk.access().find_people(&caller.organization, &caller.reach, &query).await?;
        more_people = page.next.is_some();
        people.extend(page.found.into_iter().map(|(it, _)| FoundPerson {
            href: found_at(desk, &it.id),
            name: it.name,
            kana: it.kana.unwrap_or_default(),
            id: it.id.to_string(),
            facility: it.facility.as_ref().map(ToString::to_string).unwrap_or_default(),
        }));
    }
    let policy = &desk.organization()?.policy;
    let facilities = match person {
        Some(_) => FacilityField::default(),
        None => FacilityField::of(desk, &entered).await?,
    };
    Ok(IssuePage {
        frame: desk.frame("issue", &words.say("nav-issue")),
        entered,
        chosen: person.map(|person| ChosenPerson::of(desk, person)),
        who,
        people,
        more_people,
        facilities,
        offers: offers(desk).into_iter().filter(|(name, _)| policy.allows(name)).collect(),
        devices: std::iter::once(any).chain(Platform::ALL.into_iter().map(device)).collect(),
    })
}

/// The form for somebody who is known.
fn found_at(desk: &Desk, id: &SubscriberId) -> String {
    let id: String = url::form_urlencoded::byte_serialize(id.as_str().as_bytes()).collect();
    desk.at(&format!("issue?subscriber={id}"))
}

/// Who is meant by a form for somebody new: nobody yet, or somebody whose identifier and name were typed as they are known.
async fn known(desk: &Desk, entered: &mut Entered) -> Result<Option<SubscriberId>, HttpError> {
    let words = desk.words();
    let Some(id) = entered.filled("id").map(str::to_owned) else { return Ok(None) };
    let Ok(id) = id.parse::<SubscriberId>() else {
        entered.wrong_but("id", &words.say("issue-id-unfit"), &words.say("issue-id-right"));
        return Ok(None);
    };
    let found = desk.directory().find_subscriber(desk.organization_id()?, &id).await?;
    if let Some(known) = found
        && folded(&known.name) != folded(entered.value("name"))
    {
        let right = words.say("issue-id-taken-right");
        entered.wrong_but("id", &words.say("flaw-taken").with("name", id.to_string()), &right);
    }
    Ok(Some(id))
}

/// What was typed as an invitation; what does not do is noted at its field. `None` where somebody only looked for a facility.
async fn invite(
    desk: &Desk,
    entered: &mut Entered,
    person: Option<&Person>,
) -> Result<Option<Invite>, HttpError> {
    let words = desk.words();
    let (subscriber, facility) = if let Some(Person { subscriber, .. }) = person {
        // As they are known: nothing about them is changed by the way.
        let subscriber = SubscriberInvite {
            id: Some(subscriber.id.clone()),
            name: subscriber.name.clone(),
            kana: subscriber.kana.clone(),
            email: subscriber.email.clone(),
        };
        (subscriber, None)
    } else {
        let Choice::Made(facility) = chosen_facility(desk, entered).await? else { return Ok(None) };
        if entered.filled("name").is_none() {
            entered.wrong_but("name", &words.say("issue-name-needed"), &words.say("issue-name-right"));
        }
        let id = known(desk, entered).await?;
        let filled = |field: &str| entered.filled(field).map(str::to_owned);
        let subscriber = SubscriberInvite {
            id,
            name: filled("name").unwrap_or_default(),
            kana: filled("kana"),
            email: filled("email"),
        };
        (subscriber, facility)
    };
    Ok(Some(wanted(entered, subscriber, facility)))
}

fn wanted(entered: &Entered, subscriber: SubscriberInvite, facility: Option<FacilityCode>) -> Invite {
    Invite {
        subscriber,
        facility,
        offer: entered.value("offer").to_owned(),
        platforms: entered.filled("device").and_then(|device| device.parse().ok()).into_iter().collect(),
        note: entered.filled("note").map(str::to_owned),
        carrier: Carrier::Screen,
    }
}

/// The field that a refusal is about, and what it says there.
const fn about(what: &str) -> (&'static str, &'static str) {
    match what.as_bytes() {
        b"the subscriber's name" | b"the names in the certificate" => ("name", "issue-name-unfit"),
        b"the reading of the name" => ("kana", "issue-text-unfit"),
        b"the e-mail address" => ("email", "issue-text-unfit"),
        b"the note" => ("note", "issue-text-unfit"),
        b"the facility" => ("facility", "issue-facility-closed"),
        b"the offer" => ("offer", "issue-offer-unfit"),
        b"the kind of device" => ("device", "issue-device-unfit"),
        b"the subscriber" => ("id", "issue-person-retired"),
        _ => ("name", "issue-refused"),
    }
}

/// `GET /o/{organization}/issue`: for `subscriber`, or with who is found by `who`.
///
/// # Errors
/// [`HttpError::NotFound`] for a person who is not within reach.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    let filled = ["id", "name", "kana", "facility"].into_iter();
    let entered = filled.fold(Entered::default(), |entered, name| match desk.query().filled(name) {
        Some(value) => entered.with(name, &value),
        None => entered,
    });
    let person = match desk.query().filled("subscriber") {
        Some(id) => Some(named(&desk, id).await?),
        None => None,
    };
    desk.page(&form(&desk, entered, person.as_ref()).await?)
}

/// `POST /o/{organization}/issue`: issues once, however often the same form is sent, and hands over.
///
/// # Errors
/// As [`show`].
pub async fn issue(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    let person = match entered.filled("subscriber") {
        Some(id) => Some(named(&desk, id).await?),
        None => None,
    };
    let person = person.as_ref();
    let Some(wanted) = invite(&desk, &mut entered, person).await? else {
        return desk.page(&form(&desk, entered, person).await?);
    };
    if !entered.is_sound() {
        return desk.page_again(&form(&desk, entered, person).await?);
    }
    let name = wanted.subscriber.name.clone();
    match desk.authority().invite_once(&desk.caller()?, wanted, Some(Once(desk.key()))).await {
        Ok(issued) => return handover::page(&desk, &issued, &name).await,
        Err(OperatorError::Unfit { what, .. }) => {
            let (field, key) = about(what);
            // Of somebody who is known only offer, device and note stand in the form.
            let field = if person.is_some() && !["offer", "device", "note"].contains(&field) {
                "offer"
            } else {
                field
            };
            entered.wrong(field, &words.say(key));
        }
        Err(OperatorError::BeyondReach(_)) => {
            entered.wrong("facility", &words.say("issue-facility-beyond"));
        }
        Err(OperatorError::NoSuchOffer { .. }) => entered.wrong("offer", &words.say("issue-offer-unfit")),
        Err(OperatorError::SentBefore(id) | OperatorError::LinkRenewed(id)) => {
            let here = desk.at(&format!("enrollments/{id}"));
            return Ok(desk.done(&here, &Flash::warning("issued-before")));
        }
        Err(other) => return Err(failed(other)),
    }
    desk.page_again(&form(&desk, entered, person).await?)
}
