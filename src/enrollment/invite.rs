//! An operator issues an enrollment.

use super::allowed::{chosen_platforms, takes_invitations};
use super::authority::{OperatorError, RegistrationAuthority, TRIES, enrollment_key};
use super::caller::Caller;
use super::drawn::Drawn;
use super::id::EnrollmentId;
use super::once::Once;
use super::people::drawn_id;
use super::places::{placed, places};
use super::record::{Actor, Enrollment, Happening};
use super::state::{Attempts, Claims, State};
use super::view::IssuedInvitation;
use crate::device::Platform;
use crate::directory::{
    Facility, FacilityCode, MailAddress, Organization, OrganizationId, Policy, Subscriber, SubscriberId,
    address, line, new_facility, partition, put_subscriber,
};
use crate::entropy::Entropy;
use crate::profile::{Offer, TemplateValues};
use crate::store::record::encode;
use crate::store::{Commit, Guard, StoreError, Version};

/// The person to invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberInvite {
    /// The organization's own identifier; one is made where it is absent.
    pub id: Option<SubscriberId>,
    /// The name, as it shall stand in the certificate.
    pub name: String,
    /// How the name is read, for letters and lists; kept as it was where it is left out.
    pub kana: Option<String>,
    /// The e-mail address, where there is one.
    pub email: Option<String>,
}

/// How an invitation travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Carrier {
    /// By screen or message, at hand at once: the link lives as long as the offer says.
    #[default]
    Message,
    /// By letter, which takes days: the link lives as long as the invitation.
    Letter,
    /// On the operator's screen, for the person beside the desk: the link lives for minutes.
    Screen,
    /// On the person's own old device, with the new one beside it: link, number and secret live for an hour.
    OwnDevice,
    /// By a mail that Tegata sends to the person's address: the link lives as long as the offer says.
    Mail,
}

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The person.
    pub subscriber: SubscriberInvite,
    /// The facility; created with its code as its name where it is new.
    pub facility: Option<FacilityCode>,
    /// The offer's name.
    pub offer: String,
    /// The kinds of device; empty for all that the offer serves.
    pub platforms: Vec<Platform>,
    /// A note for operators.
    pub note: Option<String>,
    /// How it travels.
    pub carrier: Carrier,
}

/// What a new enrollment takes over.
pub(super) struct Succession {
    pub(super) predecessor: EnrollmentId,
    pub(super) line: Option<EnrollmentId>,
}

pub(super) fn bounded(what: &'static str, text: &str) -> Result<String, OperatorError> {
    line(text).map_err(|flaw| OperatorError::Unfit { what, why: flaw.to_string() })
}

impl RegistrationAuthority {
    /// Issues an enrollment for a new or known person.
    ///
    /// # Errors
    /// When what was asked for does not do, or the store fails; then nothing was issued.
    pub async fn invite(&self, caller: &Caller, invite: Invite) -> Result<IssuedInvitation, OperatorError> {
        self.invite_once(caller, invite, None).await
    }

    /// As [`RegistrationAuthority::invite`]; asked for again under the same key, the answer is the same.
    ///
    /// # Errors
    /// As there; and when this key has issued something else, or the link has been made anew since.
    pub async fn invite_once(
        &self,
        caller: &Caller,
        invite: Invite,
        once: Option<Once>,
    ) -> Result<IssuedInvitation, OperatorError> {
        for _ in 0..TRIES {
            match self.try_invite(caller, &invite, once).await {
                // Somebody else created the facility, or sent the same form, at the same moment.
                Err(OperatorError::Store(StoreError::Conflict(_))) => {}
                other => return other,
            }
        }
        Err(OperatorError::Busy)
    }

    /// Whether this invitation could be issued as things stand. Changes nothing.
    ///
    /// # Errors
    /// As [`RegistrationAuthority::invite`].
    pub async fn invitable(&self, caller: &Caller, invite: &Invite) -> Result<(), OperatorError> {
        self.examined(caller, invite).await.map(|_| ())
    }

    async fn try_invite(
        &self,
        caller: &Caller,
        invite: &Invite,
        once: Option<Once>,
    ) -> Result<IssuedInvitation, OperatorError> {
        if let Some(once) = once
            && let Some((before, issued)) = self.issued_before(caller, "invite", once).await?
        {
            let subscriber = &invite.subscriber;
            let same = before.subscriber_name == subscriber.name.trim()
                && subscriber.id.as_ref().is_none_or(|id| *id == before.subscriber)
                && before.offer == invite.offer
                && invite.facility.as_ref().is_none_or(|code| before.facility.as_ref() == Some(code));
            return if same { Ok(issued) } else { Err(OperatorError::SentBefore(before.id)) };
        }
        let Examined { organization, subscriber, offer, platforms, note, changes } =
            self.examined(caller, invite).await?;
        let (carrier, policy) = (invite.carrier, &organization.policy);
        let draws = once.map(|once| self.derived(caller, "invite", once)).transpose()?;
        let wanted = Wanted {
            subscriber: &subscriber,
            offer,
            policy,
            platforms,
            note,
            carrier,
            succession: None,
            draws,
        };
        let (issued, _) = self.issue(caller, wanted, changes, |commit, _| Ok(commit)).await?;
        Ok(issued)
    }

    /// Looks at everything that an invitation asks for, and finds what else it changes.
    async fn examined(&self, caller: &Caller, invite: &Invite) -> Result<Examined<'_>, OperatorError> {
        self.examined_as(caller, invite, None).await
    }

    /// As [`Self::examined`]; a facility that is new is called `facility_name`.
    pub(super) async fn examined_as(
        &self,
        caller: &Caller,
        invite: &Invite,
        facility_name: Option<&str>,
    ) -> Result<Examined<'_>, OperatorError> {
        let organization = self.issuing(&caller.organization, &invite.offer).await?;
        let offer = self.offered(&invite.offer)?;
        let (known, subscriber) = self.invited_person(caller, invite).await?;
        let (access, doer) = (&self.0.access, caller.doer());
        // Where there is a cap, invitations of the same person come one after the other.
        let capped = organization.policy.certificates_per_person;
        if let (Some(most), Some(_)) = (capped, &known) {
            self.under_the_cap(&caller.organization, &subscriber.id, most).await?;
        }
        let known = known.as_ref();
        let mut changes = put_subscriber(access, Commit::new(), known, &subscriber, capped.is_some(), &doer)?;
        let facility = match &subscriber.facility {
            Some(code) => Some(match self.0.directory.find_facility(&caller.organization, code).await? {
                Some(known) => known,
                None => {
                    let name = facility_name.map_or_else(|| code.to_string(), ToOwned::to_owned);
                    let new = Facility::new(code.clone(), name);
                    changes = new_facility(access, changes, &new, &doer)?;
                    new
                }
            }),
            None => None,
        };
        if let Some(facility) = &facility {
            takes_invitations(facility, &offer.name)?;
        }
        self.complete_for(&organization, offer, &subscriber, facility.as_ref())?;
        let platforms = chosen_platforms(&invite.platforms, offer)?;
        let note = invite.note.as_deref().map(|note| bounded("the note", note)).transpose()?;
        Ok(Examined { organization, subscriber, offer, platforms, note, changes })
    }

    pub(super) async fn invited_by(&self, id: &OrganizationId) -> Result<Organization, OperatorError> {
        let found = self.0.directory.find_organization(id).await?;
        found.ok_or_else(|| OperatorError::NoSuchOrganization(id.clone()))
    }

    pub(super) fn offered(&self, name: &str) -> Result<&Offer, OperatorError> {
        let offers = &self.0.parts.offers;
        offers.get(name).ok_or_else(|| OperatorError::NoSuchOffer {
            name: name.chars().take(80).collect(),
            known: offers.names().collect::<Vec<_>>().join(", "),
        })
    }

    async fn invited_person(
        &self,
        caller: &Caller,
        invite: &Invite,
    ) -> Result<(Option<(Subscriber, Version)>, Subscriber), OperatorError> {
        let name = bounded("the subscriber's name", &invite.subscriber.name)?;
        let email = match invite.subscriber.email.as_deref() {
            Some(email) => {
                let email = bounded("the e-mail address", email)?;
                // Those of old Japanese phones are taken too, which only the mail itself knows how to write.
                if let Err(flaw) = address(&email)
                    && email.parse::<MailAddress>().is_err()
                {
                    return Err(OperatorError::Unfit { what: "the e-mail address", why: flaw.to_string() });
                }
                Some(email)
            }
            None => None,
        };
        let id = match &invite.subscriber.id {
            Some(id) => id.clone(),
            None => drawn_id(self.0.parts.entropy.as_ref())?,
        };
        let read = self.0.access.subscriber(&caller.organization, &id).await?;
        let known = read.as_ref().map(|(known, _)| known.clone());
        if let Some(known) = &known {
            caller.must_reach(known.facility.as_ref(), || format!("subscriber {id}"))?;
            if let Some(at) = known.retired_at {
                let why = format!("{id} was retired on {at}; take the person back first");
                return Err(OperatorError::Unfit { what: "the subscriber", why });
            }
        }
        let facility = invite.facility.clone().or_else(|| known.as_ref().and_then(|k| k.facility.clone()));
        caller.must_reach(facility.as_ref(), || match &facility {
            Some(code) => format!("facility {code}"),
            None => "a person without a facility".to_owned(),
        })?;
        let kana = invite.subscriber.kana.as_deref().map(|kana| bounded("the reading of the name", kana));
        // A reading belongs to the name that it was given for.
        let kept = || known.as_ref().filter(|k| k.name == name).and_then(|k| k.kana.clone());
        let kana = kana.transpose()?.or_else(kept);
        let email = email.or_else(|| known.and_then(|k| k.email));
        Ok((read, Subscriber { id, name, kana, email, facility, retired_at: None }))
    }

    /// Finds out now, not at the claim, whether the offer's templates can be filled for this person.
    fn complete_for(
        &self,
        organization: &Organization,
        offer: &Offer,
        subscriber: &Subscriber,
        facility: Option<&Facility>,
    ) -> Result<(), OperatorError> {
        let check_url = self.0.parts.settings.check_url.as_str();
        let values = template_values(organization, subscriber, facility, "0", check_url);
        let missing = offer.missing_values(&values);
        if !missing.is_empty() {
            let names: Vec<_> = missing.iter().map(|variable| variable.name()).collect();
            return Err(OperatorError::Unfit {
                what: "the invitation",
                why: format!("offer {:?} needs {}", offer.name, names.join(", ")),
            });
        }
        super::bundle::checked_names(offer, &values)
            .map(|_| ())
            .map_err(|e| OperatorError::Unfit { what: "the names in the certificate", why: e.to_string() })
    }

    /// Writes the pointers, then the enrollment with `changes` and whatever `with` adds. Returns what the operator hands over,
    /// and the enrollment.
    pub(super) async fn issue<F>(
        &self,
        caller: &Caller,
        wanted: Wanted<'_>,
        changes: Commit,
        with: F,
    ) -> Result<(IssuedInvitation, Enrollment), OperatorError>
    where
        F: FnOnce(Commit, &EnrollmentId) -> Result<Commit, OperatorError>,
    {
        let mailing = self.mailing(&caller.organization, wanted.subscriber, wanted.carrier).await?;
        let id = EnrollmentId::draw(wanted.entropy(self))?;
        let (drawn, enrollment) = self.point_to(caller, &id, &wanted).await?;
        let (commit, happened) = self.added(changes, caller, &enrollment)?;
        let mut commit = with(commit, &id)?;
        let mut mails = Vec::new();
        if let Some(mailing) = &mailing {
            (commit, mails) = self.mailed(commit, &enrollment, mailing, drawn.nonces)?;
        }
        self.store().commit(&partition(&caller.organization)?, commit).await?;
        self.tell_all(&id, &happened);
        let secret_mailed = mailing.is_some_and(|mailing| mailing.mails_secret());
        let issued = self.handed_over(&enrollment, wanted.offer, drawn);
        Ok((IssuedInvitation { mails, secret_mailed, ..issued }, enrollment))
    }

    /// Adds a new enrollment to a commit, with its places and its first event.
    pub(super) fn added(
        &self,
        commit: Commit,
        caller: &Caller,
        enrollment: &Enrollment,
    ) -> Result<(Commit, [Happening; 1]), OperatorError> {
        let key = enrollment_key(&enrollment.id)?;
        let commit = commit.guard(Guard::Absent(key.clone())).put(key, encode(enrollment)?);
        let commit = placed(commit, &enrollment.id, places(enrollment))?;
        let happened = [Happening::Invited {
            subscriber: enrollment.subscriber.clone(),
            predecessor: enrollment.predecessor.clone(),
        }];
        let commit = self.record(commit, &enrollment.id, caller, &happened)?;
        Ok((commit, happened))
    }

    /// Draws credentials until neither code nor number is taken, and points them to the enrollment that will be.
    async fn point_to(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        wanted: &Wanted<'_>,
    ) -> Result<(Drawn, Enrollment), OperatorError> {
        for _ in 0..TRIES {
            let drawn = Drawn::draw(wanted.entropy(self), wanted.offer, &self.0.parts.pepper, id)?;
            let enrollment = self.new_enrollment(caller, id, wanted, &drawn)?;
            if self.pointed(&enrollment).await? {
                return Ok((drawn, enrollment));
            }
        }
        Err(OperatorError::Busy)
    }

    pub(super) fn new_enrollment(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        wanted: &Wanted<'_>,
        drawn: &Drawn,
    ) -> Result<Enrollment, OperatorError> {
        let kept = self.credentials(id, wanted.offer, drawn, (wanted.carrier, wanted.policy))?;
        let succession = wanted.succession.as_ref();
        Ok(Enrollment {
            id: id.clone(),
            line: succession.and_then(|s| s.line.clone()).unwrap_or_else(|| id.clone()),
            organization: caller.organization.clone(),
            subscriber: wanted.subscriber.id.clone(),
            subscriber_name: wanted.subscriber.name.clone(),
            facility: wanted.subscriber.facility.clone(),
            offer: wanted.offer.name.clone(),
            platforms: wanted.platforms.clone(),
            note: wanted.note.clone(),
            code: kept.code,
            number: kept.number,
            secret: kept.secret,
            separate_password: kept.separate_password,
            invited_at: self.now(),
            link_ends: kept.link_ends,
            invitation_ends: kept.invitation_ends,
            redrawn_at: None,
            changed_at: None,
            attempts: Attempts::default(),
            claims: Claims::default(),
            predecessor: succession.map(|s| s.predecessor.clone()),
            successor: None,
            by_person: caller.actor == Actor::Subscriber,
            state: State::Invited,
        })
    }
}

/// An invitation that can be issued.
pub(super) struct Examined<'a> {
    pub(super) organization: Organization,
    pub(super) subscriber: Subscriber,
    pub(super) offer: &'a Offer,
    pub(super) platforms: Vec<Platform>,
    pub(super) note: Option<String>,
    pub(super) changes: Commit,
}

/// What a new enrollment shall be.
pub(super) struct Wanted<'a> {
    pub(super) subscriber: &'a Subscriber,
    pub(super) offer: &'a Offer,
    pub(super) policy: &'a Policy,
    pub(super) platforms: Vec<Platform>,
    pub(super) note: Option<String>,
    pub(super) carrier: Carrier,
    pub(super) succession: Option<Succession>,
    /// What is drawn, where that is settled by the form that asks.
    pub(super) draws: Option<crate::pepper::Derived>,
}

impl Wanted<'_> {
    fn entropy<'a>(&'a self, authority: &'a RegistrationAuthority) -> &'a dyn Entropy {
        match &self.draws {
            Some(draws) => draws,
            None => authority.0.parts.entropy.as_ref(),
        }
    }
}

/// The values for the offer's templates.
pub(super) fn template_values<'a>(
    organization: &'a Organization,
    subscriber: &'a Subscriber,
    facility: Option<&'a Facility>,
    enrollment: &'a str,
    check_url: &'a str,
) -> TemplateValues<'a> {
    TemplateValues {
        subscriber_name: &subscriber.name,
        subscriber_id: subscriber.id.as_str(),
        subscriber_email: subscriber.email.as_deref(),
        facility_code: facility.map(|facility| facility.code.as_str()),
        facility_name: facility.map(|facility| facility.name.as_str()),
        organization_name: &organization.name,
        organization_id: organization.id.as_str(),
        enrollment_id: enrollment,
        check_url: Some(check_url),
    }
}
