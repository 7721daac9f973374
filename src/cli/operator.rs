//! `tegata operator`.

use std::collections::BTreeSet;

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Session;
use super::failure::{Exit, Failure};
use super::moment::{short, zone};
use super::prompt::confirm;
use super::style::{faint, plain, strong};
use super::table::{Table, lines};
use crate::app::Office;
use crate::directory::{
    AccountId, Doer, FacilityCode, Invited, ListedOperator, OpenWelcome, Operator, Role, Welcome,
};

/// Invite operators and administrators, list them, and end what they may do
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a one-time link with which a person joins, by a passkey of their own
    ///
    /// The link is known only now. It is open for 72 hours and works once.
    #[command(after_help = "\
Roles:
  operator          issues, administers, and decides who else may (the default)
  facility-manager  the same for the people of some facilities; name each with --facility
  help-desk         unlocks and sends again; sees no secret, issues nothing
  auditor           reads everything, changes nothing

Examples:
  tegata operator invite 'Keiko Sato'
  tegata operator invite 'Ken Ito' --role facility-manager --facility G13B --facility G14
  tegata operator invite 'Hana Mori' --administrator")]
    Invite(Invite),
    /// List operators, administrators, and open invitations of both
    List {
        #[arg(long, help = "Print JSON: operators, administrators, invitations")]
        json: bool,
    },
    /// End what somebody may do here, at once, or take an open invitation back
    #[command(after_help = "\
Examples:
  tegata operator end admin
  tegata operator end qvqnn2vv6lhrkmvmxnv3uzkrpa --administrator --yes")]
    End(End),
}

#[derive(Debug, clap::Args)]
struct Invite {
    /// The person's name, as colleagues and the audit log see it
    name: String,
    /// The e-mail address, where there is one
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// As an administrator of the installation, above the organizations
    #[arg(long, conflicts_with_all = ["role", "facilities"])]
    administrator: bool,
    /// As what in the organization
    #[arg(long, value_name = "ROLE", default_value = "operator")]
    role: Role,
    /// A facility of a facility manager; may be given several times
    #[arg(long = "facility", id = "facilities", value_name = "CODE")]
    facilities: Vec<FacilityCode>,
    #[arg(long, help = "Print JSON: link, expires_at, name, role, facilities")]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct End {
    /// The operator's name, account or invitation, as `tegata operator list` shows it
    name: String,
    /// End that this account administers the installation; the account stays
    #[arg(long)]
    administrator: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[arg(long, help = "Print JSON: ended, name")]
    json: bool,
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Invite(arguments) => arguments.json,
            Command::List { json } => *json,
            Command::End(arguments) => arguments.json,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    match &arguments.command {
        Command::Invite(arguments) => invite(session, &office, arguments),
        Command::List { .. } => list(session, &office),
        Command::End(arguments) => end(session, &office, arguments),
    }
}

fn doer(office: &Office) -> Doer {
    office.caller.doer()
}

#[derive(Serialize)]
struct Made<'a> {
    link: &'a str,
    expires_at: Timestamp,
    name: &'a str,
    role: Option<Role>,
    facilities: &'a BTreeSet<FacilityCode>,
}

fn invite(session: &Session, office: &Office, arguments: &Invite) -> Result<(), Failure> {
    let Some(console) = &office.console else {
        let failure = Failure::new(Exit::Configuration, "no-console", "this installation has no console");
        return Err(failure.hint("set console.public_url, then start `tegata serve` anew"));
    };
    let facilities: BTreeSet<_> = arguments.facilities.iter().cloned().collect();
    let invited = if arguments.administrator {
        Invited::Administrator
    } else {
        Invited::Operator {
            organization: office.caller.organization.clone(),
            role: arguments.role,
            facilities: facilities.clone(),
        }
    };
    let access = office.authority.access();
    let email = arguments.email.as_deref();
    let made = session.block_on(access.invite(invited, &arguments.name, email, &doer(office)))?;
    let (token, welcome) = made.map_err(crate::app::AppError::from)?;
    let link = Zeroizing::new(format!("{}/join/{}", console.as_str().trim_end_matches('/'), token.expose()));
    let text = lines(&[
        ("link", Some(strong(&link))),
        ("open until", Some(format!("{} ({})", short(welcome.until), zone(session.clock.now())))),
    ]);
    let value = Made {
        link: &link,
        expires_at: welcome.until,
        name: &welcome.name,
        role: (!arguments.administrator).then_some(arguments.role),
        facilities: &facilities,
    };
    session.output.result(&text, &value)
}

#[derive(Serialize)]
struct Told {
    operators: Vec<ToldOperator>,
    administrators: Vec<ToldAdministrator>,
    invitations: Vec<ToldInvitation>,
}

#[derive(Serialize)]
struct ToldOperator {
    name: String,
    display: String,
    role: Role,
    facilities: BTreeSet<FacilityCode>,
    has_token: bool,
    since: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct ToldAdministrator {
    account: AccountId,
    name: String,
    since: Timestamp,
}

#[derive(Serialize)]
struct ToldInvitation {
    invitation: String,
    name: String,
    role: Option<Role>,
    facilities: BTreeSet<FacilityCode>,
    expires_at: Timestamp,
}

impl From<Operator> for ToldOperator {
    fn from(operator: Operator) -> Self {
        Self {
            has_token: operator.token.is_some(),
            name: operator.name,
            display: operator.display,
            role: operator.role,
            facilities: operator.facilities,
            since: operator.since,
            ended_at: operator.ended_at,
        }
    }
}

impl From<OpenWelcome> for ToldInvitation {
    fn from(open: OpenWelcome) -> Self {
        let Welcome { invited, name, until, .. } = open.welcome;
        let (role, facilities) = match invited {
            Invited::Operator { role, facilities, .. } => (Some(role), facilities),
            Invited::Founder { .. } => (Some(Role::Operator), BTreeSet::new()),
            Invited::Administrator => (None, BTreeSet::new()),
        };
        Self { invitation: open.id, name, role, facilities, expires_at: until }
    }
}

fn gathered(session: &Session, office: &Office) -> Result<Told, Failure> {
    let (access, own) = (office.authority.access(), &office.caller.organization);
    let gathering = async {
        let operators = access.operators(own).await?;
        let administrators = access.administrators().await?;
        let mut invitations = access.welcomes(Some(own)).await?;
        invitations.extend(access.welcomes(None).await?);
        let found = |ListedOperator { operator, .. }: ListedOperator| operator.into();
        Ok::<_, crate::app::AppError>(Told {
            operators: operators.into_iter().map(found).collect(),
            administrators: administrators
                .into_iter()
                .map(|it| ToldAdministrator { account: it.id, name: it.name, since: it.created_at })
                .collect(),
            invitations: invitations.into_iter().map(Into::into).collect(),
        })
    };
    Ok(session.block_on(gathering)??)
}

fn list(session: &Session, office: &Office) -> Result<(), Failure> {
    let told = gathered(session, office)?;
    let mut table = Table::new(["NAME", "ROLE", "FACILITIES", "STATE", "OPERATOR"]);
    let codes =
        |codes: &BTreeSet<FacilityCode>| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    for operator in &told.operators {
        let state = match operator.ended_at {
            Some(at) => format!("ended {}", short(at)),
            None if operator.has_token => "token".to_owned(),
            None => "passkey".to_owned(),
        };
        let facilities = codes(&operator.facilities);
        table.row([&operator.display, operator.role.name(), &facilities, &state, &operator.name]);
    }
    for administrator in &told.administrators {
        let account = administrator.account.to_string();
        table.row([&administrator.name, "administrator", "", "passkey", &account]);
    }
    for invitation in &told.invitations {
        let role = invitation.role.map_or("administrator", Role::name);
        let state = format!("invited until {}", short(invitation.expires_at));
        let facilities = codes(&invitation.facilities);
        table.row([&invitation.name, role, &facilities, &state, &invitation.invitation]);
    }
    let mut text = table.text();
    if !session.output.quiet {
        text += &faint(&format!("times: {}\n", zone(session.clock.now())));
    }
    session.output.result(&text, &told)
}

#[derive(Serialize)]
struct Ended<'a> {
    ended: &'static str,
    name: &'a str,
}

fn end(session: &Session, office: &Office, arguments: &End) -> Result<(), Failure> {
    let (access, own, name) =
        (office.authority.access(), &office.caller.organization, arguments.name.as_str());
    let missing = |what: &str| {
        let failure =
            Failure::new(Exit::NotFound, "no-such-operator", format!("there is no {what} {name:?}"));
        failure.hint("`tegata operator list` shows them")
    };
    let told = gathered(session, office)?;
    let doer = doer(office);
    let failed = crate::app::AppError::from;
    if arguments.administrator {
        let found = told.administrators.iter().find(|it| it.account.to_string() == name);
        let found = found.ok_or_else(|| missing("administrator"))?;
        confirm(&format!("End that {} administers the installation?", plain(&found.name)), arguments.yes)?;
        session.block_on(access.end_administrator(&found.account, &doer))?.map_err(failed)?;
        return ended(session, "administrator", name);
    }
    if let Some(found) = told.operators.iter().find(|it| it.name == name && it.ended_at.is_none()) {
        confirm(&format!("End what {} may do here?", plain(&found.display)), arguments.yes)?;
        session.block_on(access.end_operator(own, name, &doer))?.map_err(failed)?;
        return ended(session, "operator", name);
    }
    let found =
        told.invitations.iter().find(|it| it.invitation == name).ok_or_else(|| missing("operator"))?;
    confirm(&format!("Take back the invitation of {}?", plain(&found.name)), arguments.yes)?;
    let whose = found.role.map(|_| own);
    let withdrawn = async {
        match access.withdraw(whose, name, &doer).await {
            // A founder's invitation is among the administrators'.
            Err(crate::directory::DirectoryError::Missing(_)) => access.withdraw(None, name, &doer).await,
            other => other,
        }
    };
    session.block_on(withdrawn)?.map_err(failed)?;
    ended(session, "invitation", name)
}

fn ended(session: &Session, what: &'static str, name: &str) -> Result<(), Failure> {
    let text = format!("The {what} {} has ended.\n", plain(name));
    session.output.result(&text, &Ended { ended: what, name })
}
