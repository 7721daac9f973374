//! An organization that mails, a mail server, and the post between them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use mail_parser::MessageParser;
use tegata::clock::Clock;
use tegata::directory::{Organization, OrganizationId};
use tegata::enrollment::{
    Carrier, EnrollmentId, Invite, IssuedInvitation, MailQuery, MailSettings, MailStanding, MailSummary,
};
use tegata::entropy::SystemEntropy;
use tegata::operations::{Leases, Post, PostWatch, Posted, Security, Smtp, SmtpSettings, Stopper, stopper};
use tegata::pki::KeyPool;
use tegata::pki::key::KeyType;

use crate::server::{Got, MailServer};
use crate::world::{World, invite};

/// How long a step may take: real time, for what is silent.
pub const PATIENCE: Duration = Duration::from_millis(300);
/// How long an attempt is believed to be under way.
pub const ATTEMPT: SignedDuration = SignedDuration::from_mins(5);

#[derive(Debug, Default)]
pub struct Counted(Mutex<Vec<Posted>>);

impl PostWatch for Counted {
    fn posted(&self, how: Posted) {
        self.0.lock().unwrap().push(how);
    }
}

impl Counted {
    pub fn all(&self) -> Vec<Posted> {
        self.0.lock().unwrap().clone()
    }
}

pub struct Office {
    pub world: World,
    pub server: MailServer,
    pub post: Post,
    pub counted: Arc<Counted>,
    stopper: Stopper,
    stop: tegata::operations::Stop,
}

pub fn settings() -> MailSettings {
    MailSettings {
        from: "cert@example.jp".parse().unwrap(),
        reply_to: None,
        bounce: Some("bounce@example.jp".parse().unwrap()),
        bounce_by_mail: false,
        gives_up_after: SignedDuration::from_hours(48),
        attempt: ATTEMPT,
    }
}

impl Office {
    pub async fn open(change: impl FnOnce(&mut Organization)) -> Self {
        let world = World::mailing(KeyType::P256, Arc::new(KeyPool::empty()), Some(settings())).await;
        let directory = world.authority.directory();
        let mut organization =
            directory.find_organization(&world.caller.organization).await.unwrap().unwrap();
        change(&mut organization);
        directory.put_organization(&organization).await.unwrap();
        let server = MailServer::start();
        let counted = Arc::new(Counted::default());
        let post = post(&world, server.port, &counted);
        let (stopper, stop) = stopper();
        Self { world, server, post, counted, stopper, stop }
    }

    /// The post of another node.
    pub fn another(&self) -> Post {
        post(&self.world, self.server.port, &self.counted)
    }

    /// Has the nodes stop.
    pub fn close(&self) {
        self.stopper.stop();
    }

    pub fn stop(&self) -> &tegata::operations::Stop {
        &self.stop
    }

    pub fn organization(&self) -> &OrganizationId {
        &self.world.caller.organization
    }

    /// Invites somebody by mail.
    pub async fn mail(&self, name: &str, email: &str) -> IssuedInvitation {
        self.world.authority.invite(&self.world.caller, by_mail(name, email)).await.unwrap()
    }

    /// One round; says how many attempts it made.
    pub async fn round(&self) -> usize {
        self.post.round(&self.stop).await.unwrap()
    }

    pub async fn mails(&self) -> Vec<MailSummary> {
        let query = MailQuery { limit: 100, ..MailQuery::default() };
        self.world.authority.mails(&self.world.caller, query).await.unwrap().mails
    }

    pub async fn mails_of(&self, id: &EnrollmentId) -> Vec<MailSummary> {
        self.world.authority.mails_of(&self.world.caller, id).await.unwrap()
    }

    /// The standing of the only mail.
    #[track_caller]
    pub fn only(mails: &[MailSummary]) -> &MailSummary {
        assert_eq!(mails.len(), 1, "{mails:?}");
        &mails[0]
    }

    pub fn advance(&self, by: SignedDuration) {
        self.world.clock.advance(by);
    }

    pub async fn standings(&self) -> Vec<MailStanding> {
        self.mails().await.iter().map(|mail| mail.state).collect()
    }
}

fn post(world: &World, port: u16, counted: &Arc<Counted>) -> Post {
    let smtp = Smtp::new(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plain,
        authorities: None,
        account: None,
        hello: "cert.example.jp".to_owned(),
        timeout: PATIENCE,
        connections: 2,
    });
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let store = Arc::clone(&world.inner) as Arc<dyn tegata::store::Store>;
    Post {
        authority: world.authority.clone(),
        smtp: Arc::new(smtp.unwrap()),
        leases: Leases::new(store, Arc::clone(&clock), &SystemEntropy).unwrap(),
        clock,
        watch: Arc::clone(counted) as Arc<dyn PostWatch>,
        kept: SignedDuration::from_hours(24 * 90),
    }
}

pub fn by_mail(name: &str, email: &str) -> Invite {
    let mut invite = invite(name);
    invite.subscriber.email = Some(email.to_owned());
    invite.carrier = Carrier::Mail;
    invite
}

/// What a person reads in a mail.
pub struct Read {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
}

pub fn read(got: &Got) -> Read {
    let parsed = MessageParser::default().parse(&got.bytes).unwrap();
    Read {
        subject: parsed.subject().unwrap().to_owned(),
        text: parsed.body_text(0).unwrap().into_owned(),
        html: parsed.body_html(0).unwrap().into_owned(),
        message_id: parsed.message_id().unwrap().to_owned(),
    }
}

/// The code of the link in a text.
#[track_caller]
pub fn code_in(text: &str) -> tegata::enrollment::Code {
    let (_, rest) =
        text.split_once("https://cert.example.jp/c/").unwrap_or_else(|| panic!("no link: {text}"));
    tegata::enrollment::Code::parse(&rest[..26]).unwrap()
}
