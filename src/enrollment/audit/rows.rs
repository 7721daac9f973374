//! Every other row against what it leads to.

use super::{Auditor, Fault, Judged, Seen, StoreError, organization_of};
use crate::directory::{self, About, DirectoryEvent, Organization};
use crate::enrollment::claim::delivery_key;
use crate::enrollment::decoy::order_of;
use crate::enrollment::open::{Pointer, pointer_key, serial_key};
use crate::enrollment::outbox::{self, Outgoing};
use crate::enrollment::places::{ALL, BY_END, BY_FACILITY, BY_STATE, BY_SUBSCRIBER, IN_NEED, places};
use crate::enrollment::record::{Enrollment, LifeEvent};
use crate::enrollment::state::State;
use crate::ledger::{self, CertificateRecord};
use crate::pepper::Purpose;
use crate::store::record::{decode, envelope};
use crate::store::{Document, Event, Key, KeyError, Partition, Position};

fn limit(error: &KeyError) -> StoreError {
    StoreError::Limit(error.to_string())
}

fn unreadable(error: &StoreError) -> Judged {
    Judged::is(Fault::Unreadable, error.to_string())
}

impl Auditor<'_> {
    pub(super) async fn document(
        &self,
        partition: &Partition,
        document: &Document,
    ) -> Result<Judged, StoreError> {
        let key = document.key.as_str();
        let (kind, rest) = key.split_once('/').unwrap_or((key, ""));
        if let Some(read) = directory::check_record(key, &document.bytes) {
            return match read {
                Err(error) => Ok(unreadable(&error)),
                Ok(()) if kind == "organization" => self.organization(partition, &document.bytes).await,
                Ok(()) => self.directory_record(partition, document).await,
            };
        }
        match kind {
            "enrollment" => match decode::<Enrollment>(&document.bytes) {
                Ok(enrollment) => self.judge_enrollment(partition, key, &enrollment).await,
                Err(error) => Ok(unreadable(&error)),
            },
            "certificate" => match decode::<CertificateRecord>(&document.bytes) {
                Ok(record) => self.judge_record(partition, key, &record).await,
                Err(error) => Ok(unreadable(&error)),
            },
            "code" | "number" | "serial" => match decode::<Pointer>(&document.bytes) {
                Ok(pointer) => self.pointer(&document.key, kind, rest, &pointer).await,
                Err(error) => Ok(unreadable(&error)),
            },
            "decoy" => match order_of(&document.bytes) {
                Ok(order) => {
                    let found = self.place(partition, "decoys", &order).await?;
                    Ok(match found {
                        Some(found) if found == document.key => Judged::default(),
                        _ => Judged::is(
                            Fault::NotInIndex,
                            format!("it does not stand at {order} of index decoys"),
                        ),
                    })
                }
                Err(error) => Ok(unreadable(&error)),
            },
            "mail" => match decode::<Outgoing>(&document.bytes) {
                Ok(mail) => self.judge_mail(partition, key, &mail).await,
                Err(error) => Ok(unreadable(&error)),
            },
            // What this program does not know by name it can at least read as a record.
            _ => {
                Ok(envelope(&document.bytes).map_or_else(|error| unreadable(&error), |()| Judged::default()))
            }
        }
    }

    /// A person or a facility stands where it is looked for, once an older store's lists have been built.
    async fn directory_record(
        &self,
        partition: &Partition,
        document: &Document,
    ) -> Result<Judged, StoreError> {
        let mut judged = Judged::default();
        let key = document.key.as_str();
        // An older store's tokens of programs are in no list; they are looked up by name.
        if !self.built || key.starts_with("operator/") {
            return Ok(judged);
        }
        for (index, order) in directory::index_places(key, &document.bytes).unwrap_or_default() {
            let found = self.place(partition, index, &order).await?;
            if found.is_none_or(|found| found != document.key) {
                judged.fault(Fault::NotInIndex, format!("it does not stand at {order} of index {index}"));
            }
        }
        Ok(judged)
    }

    /// A mail is of an enrollment that is there, and stands in its lists.
    async fn judge_mail(
        &self,
        partition: &Partition,
        key: &str,
        mail: &Outgoing,
    ) -> Result<Judged, StoreError> {
        if mail.key().map_err(|error| limit(&error))?.as_str() != key {
            return Ok(Judged::is(Fault::Misplaced, format!("it is mail {}", mail.id)));
        }
        let mut judged = Judged::default();
        if let Seen::Nothing = self.enrollment(partition, &mail.enrollment).await? {
            judged.fault(Fault::OwnerMissing, format!("there is no enrollment {}", mail.enrollment));
        }
        for (index, order) in outbox::places(mail) {
            let found = self.place(partition, index, &order).await?;
            if found.is_none_or(|found| found.as_str() != key) {
                judged.fault(Fault::NotInIndex, format!("it does not stand at {order} of index {index}"));
            }
        }
        Ok(judged)
    }

    async fn organization(&self, partition: &Partition, bytes: &[u8]) -> Result<Judged, StoreError> {
        let organization: Organization = decode(bytes)?;
        let id = &organization.id;
        if organization_of(partition).as_ref() != Some(id) {
            return Ok(Judged::is(Fault::Misplaced, format!("it is organization {id}")));
        }
        let found = self.place(&Partition::installation(), "organizations", id.as_str()).await?;
        Ok(match found {
            Some(_) => Judged::default(),
            None => Judged::is(Fault::NotInIndex, "it is not in the installation's list of organizations"),
        })
    }

    async fn pointer(
        &self,
        key: &Key,
        kind: &str,
        rest: &str,
        pointer: &Pointer,
    ) -> Result<Judged, StoreError> {
        let partition = directory::partition(&pointer.organization).map_err(|error| limit(&error))?;
        let id = &pointer.enrollment;
        if kind == "serial" {
            let record = self.see::<CertificateRecord>(&partition, &format!("certificate/{rest}")).await?;
            return Ok(match record {
                // The claim was interrupted before it began.
                Seen::Nothing => Judged::leftover(),
                Seen::It(record) if serial_key(&record.serial).map_err(|error| limit(&error))? != *key => {
                    Judged::is(Fault::PointerAstray, format!("it leads to certificate {}", record.serial))
                }
                Seen::It(record) if record.enrollment != id.as_str() => Judged::is(
                    Fault::PointerAstray,
                    format!("it leads to {id}, and the certificate is of {}", record.enrollment),
                ),
                Seen::It(_) | Seen::Unreadable => Judged::default(),
            });
        }
        let enrollment = match self.enrollment(&partition, id).await? {
            // The invitation was interrupted before it was issued.
            Seen::Nothing => return Ok(Judged::leftover()),
            Seen::Unreadable => return Ok(Judged::default()),
            Seen::It(enrollment) => enrollment,
        };
        let own = match kind {
            "code" => pointer_key(Purpose::Code, &enrollment.code),
            _ => pointer_key(Purpose::Number, &enrollment.number),
        };
        if own.map_err(|error| limit(&error))? == *key || enrollment.redrawn_at.is_some() {
            return Ok(Judged::default());
        }
        // It was drawn for an enrollment that did not get it in the end. Where it should lead to another one, that one misses it.
        Ok(Judged::leftover())
    }

    pub(super) async fn place_row(
        &self,
        partition: &Partition,
        index: &Key,
        order: &str,
        document: &Key,
    ) -> Result<Judged, StoreError> {
        if ["organizations", "facility-first"].contains(&index.as_str()) {
            let Ok(id) = order.parse() else {
                return Ok(Judged::is(Fault::IndexAstray, "this is no organization's identifier"));
            };
            let partition = directory::partition(&id).map_err(|error| limit(&error))?;
            return Ok(match self.see::<Organization>(&partition, "organization").await? {
                // Its founding was interrupted.
                Seen::Nothing => Judged::leftover(),
                _ => Judged::default(),
            });
        }
        if ["sessions", "welcomes"].contains(&index.as_str()) {
            let found = self.store.find_entry(partition, document).await?;
            // The next look at the list takes off what has expired.
            return Ok(if found.is_some() { Judged::default() } else { Judged::leftover() });
        }
        let Some(found) = self.store.find(partition, document).await? else {
            return Ok(Judged::is(Fault::IndexAstray, format!("it leads to {document}, which is not there")));
        };
        let stands = match index.as_str() {
            ALL | BY_SUBSCRIBER | BY_FACILITY | BY_STATE | BY_END | IN_NEED => {
                decode::<Enrollment>(&found.bytes).ok().map(|enrollment| {
                    places(&enrollment).iter().any(|place| *place == (index.as_str(), order.to_owned()))
                })
            }
            "certificates-by-end" | "certificates-by-revocation" => {
                decode::<CertificateRecord>(&found.bytes).ok().map(|record| {
                    ledger::places(&record).iter().any(|place| *place == (index.as_str(), order.to_owned()))
                })
            }
            "people" | "facilities" | "operators" => directory::index_places(document.as_str(), &found.bytes)
                .map(|places| places.contains(&(index.as_str(), order.to_owned()))),
            "mails" | "mails-due" | "mails-by-state" | "mails-by-enrollment" => {
                decode::<Outgoing>(&found.bytes).ok().map(|mail| {
                    outbox::places(&mail).iter().any(|place| *place == (index.as_str(), order.to_owned()))
                })
            }
            "decoys" => order_of(&found.bytes).ok().map(|own| own == order),
            _ => None,
        };
        // What cannot be read is reported where it stands.
        if stands.unwrap_or(true) {
            return Ok(Judged::default());
        }
        Ok(Judged::is(Fault::IndexAstray, format!("it leads to {document}, which belongs elsewhere")))
    }

    /// An event of the directory is found by what it is about, and that is there.
    async fn directory_event(&self, partition: &Partition, event: &Event) -> Result<Judged, StoreError> {
        let told = match decode::<DirectoryEvent>(&event.bytes) {
            Ok(told) => told,
            Err(error) => return Ok(unreadable(&error)),
        };
        let Some(key) = told.key().map_err(|error| limit(&error))? else { return Ok(Judged::default()) };
        let mut judged = Judged::default();
        let is_document = !matches!(told.about, About::Organization(_));
        if is_document && self.store.find(partition, &key).await?.is_none() {
            judged.fault(Fault::OwnerMissing, format!("there is no {key}"));
        }
        let before = Position(event.position.0.saturating_sub(1));
        let found = self.store.events_about(partition, &key, before, 1).await?;
        if found.first().is_none_or(|found| found.position != event.position) {
            judged.fault(Fault::EventAstray, format!("it is not found by {key}"));
        }
        Ok(judged)
    }

    pub(super) async fn event(&self, partition: &Partition, event: &Event) -> Result<Judged, StoreError> {
        if DirectoryEvent::is_meant(&event.bytes) {
            return self.directory_event(partition, event).await;
        }
        if organization_of(partition).is_none() {
            return Ok(envelope(&event.bytes).map_or_else(|error| unreadable(&error), |()| Judged::default()));
        }
        let life: LifeEvent = match decode(&event.bytes) {
            Ok(life) => life,
            Err(error) => return Ok(unreadable(&error)),
        };
        let id = &life.enrollment;
        let mut judged = Judged::default();
        if let Seen::Nothing = self.enrollment(partition, id).await? {
            judged.fault(Fault::OwnerMissing, format!("there is no enrollment {id}"));
        }
        let about = super::named(format!("enrollment/{id}"))?;
        let before = Position(event.position.0.saturating_sub(1));
        let found = self.store.events_about(partition, &about, before, 1).await?;
        if found.first().is_none_or(|found| found.position != event.position) {
            judged.fault(Fault::EventAstray, format!("it is not found by enrollment {id}"));
        }
        Ok(judged)
    }

    pub(super) async fn mention(
        &self,
        partition: &Partition,
        about: &Key,
        position: Position,
    ) -> Result<Judged, StoreError> {
        let found = self.store.events(partition, Position(position.0.saturating_sub(1)), 1).await?;
        let Some(event) = found.first().filter(|event| event.position == position) else {
            return Ok(Judged::is(Fault::EventAstray, "this event is not in the log"));
        };
        let wrong = about.as_str().starts_with("enrollment/")
            && decode::<LifeEvent>(&event.bytes)
                .is_ok_and(|life| about.as_str() != format!("enrollment/{}", life.enrollment));
        Ok(if wrong {
            Judged::is(Fault::EventAstray, "the event is about another enrollment")
        } else {
            Judged::default()
        })
    }

    pub(super) async fn entry(
        &self,
        partition: &Partition,
        key: &Key,
        ends: i64,
        bytes: &[u8],
    ) -> Result<Judged, StoreError> {
        if ends <= self.now.as_millisecond() {
            return Ok(Judged::default());
        }
        match key.as_str().split_once('/') {
            Some(("ticket", _)) => match decode::<Pointer>(bytes) {
                Ok(pointer) => {
                    let partition =
                        directory::partition(&pointer.organization).map_err(|error| limit(&error))?;
                    Ok(match self.enrollment(&partition, &pointer.enrollment).await? {
                        Seen::Nothing => Judged::is(
                            Fault::PointerAstray,
                            format!("it leads to {}, which is not there", pointer.enrollment),
                        ),
                        _ => Judged::default(),
                    })
                }
                Err(error) => Ok(unreadable(&error)),
            },
            Some(("delivery", ticket)) => self.delivery(partition, key, ticket).await,
            _ => Ok(match directory::check_entry(key.as_str(), bytes) {
                Some(Err(error)) => unreadable(&error),
                Some(Ok(())) | None => Judged::default(),
            }),
        }
    }

    /// A delivery belongs to the claim that its ticket leads to, as long as that waits to be fetched.
    async fn delivery(&self, partition: &Partition, key: &Key, ticket: &str) -> Result<Judged, StoreError> {
        let ticket = super::named(format!("ticket/{ticket}"))?;
        let Some(bytes) = self.store.find_entry(&Partition::installation(), &ticket).await? else {
            return Ok(Judged::is(
                Fault::OwnerMissing,
                format!("there is no {ticket}, so that nobody can fetch it"),
            ));
        };
        let Ok(pointer) = decode::<Pointer>(&bytes) else { return Ok(Judged::default()) };
        let Seen::It(enrollment) = self.enrollment(partition, &pointer.enrollment).await? else {
            return Ok(Judged::is(
                Fault::OwnerMissing,
                format!("there is no enrollment {}", pointer.enrollment),
            ));
        };
        let (State::Claimed { claim, .. } | State::Fetched { claim, .. }) = &enrollment.state else {
            let what = format!("enrollment {} is {}", enrollment.id, enrollment.standing(self.now));
            return Ok(Judged::is(Fault::DeliveryLeft, what));
        };
        if delivery_key(&claim.ticket).map_err(|error| limit(&error))? == *key {
            return Ok(Judged::default());
        }
        Ok(Judged::is(Fault::DeliveryLeft, format!("enrollment {} has another claim", enrollment.id)))
    }
}
