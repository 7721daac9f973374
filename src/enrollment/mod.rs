//! The registration authority's use cases: an invitation is issued, claimed, fetched, installed, and one day replaced or revoked.
//!
//! [`state`] and [`transition`] are pure and hold the rules; every use case reads an enrollment, lets a transition decide, and
//! commits the result with its event under a guard on the version that it read. A lost race is decided again from fresh data.

mod acts;
mod administer;
mod allowed;
mod audit;
mod authority;
mod bulk;
mod bundle;
mod caller;
mod census;
mod change;
mod check;
mod claim;
mod credentials;
mod decoy;
mod deliver;
mod drawn;
mod follow;
mod hint;
mod id;
mod invite;
mod list;
mod log;
mod once;
mod open;
mod outbox;
mod people;
mod places;
mod query;
mod record;
mod redraw;
mod refusal;
mod retire;
mod sealed;
mod state;
mod succession;
mod transition;
mod upkeep;
mod view;

pub use acts::{Asked, Done, Effect, EnrollmentAct, Preview, Seen};
pub use audit::{Audit, Fault, Finding, audit};
pub use authority::{
    AuthorityParts, AuthoritySettings, Notice, NoticeKind, OperatorError, RegistrationAuthority,
};
pub use bulk::{
    Advance, BulkAct, Duplicates, FacilityVerdict, IssueOptions, Job, JobId, JobLetter, JobStanding, JobWork,
    Jobs, Judgement, KEPT as JOBS_KEPT, LeftOut, NewFacilities, NotAJobId, OPEN_DRAFT, Outcome, Refused,
    RowVerdict, Task, TaskRow, Verdict,
};
pub use bundle::{BundleError, Maker};
pub use caller::Caller;
pub use census::{Amount, Census, census};
pub use change::{ChangeRefusal, ChangeStanding, DeviceChange};
pub use claim::{ClaimRequest, Credential};
pub use credentials::{Code, Malformed, Number, Secret, Ticket};
pub use follow::Progress;
pub use hint::Hint;
pub use id::{EnrollmentId, NotAnEnrollmentId};
pub use invite::{Carrier, Invite, SubscriberInvite};
pub use list::{Amounts, Count, Ends, ListQuery, Listed, Need, NeedPolicy, Sort};
pub use log::{Line, LogPage, LogQuery, Told, Whom};
pub use once::Once;
pub use outbox::{
    Begun, Bounced, Delivered, Dispatch, MailError, MailKind, MailProblem, MailQuery, MailSettings,
    MailStanding, MailSummary, Mails, Waiting,
};
pub use people::Person;
pub use query::{CertificateSummary, EnrollmentDetail, EnrollmentSummary};
pub use record::{Actor, Enrollment, Happening, LifeEvent, ReissueReason};
pub use refusal::Refusal;
pub use retire::Retirement;
pub use state::{Attempts, Claim, Credentials, Delivery, Standing, State};
pub use transition::{Door, LockPolicy, Presented, Presenting};
pub use upkeep::Upkeep;
pub use view::{
    BundleFile, CheckOutcome, FetchPart, FetchedBundle, FetchedFile, IssuedInvitation, OpenedInvitation,
    OpenedTicket, Resumable, TicketProgress, TicketStanding,
};
