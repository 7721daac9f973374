//! Letters of a job are printed: every invitation gets new credentials, which stand in two PDF files and nowhere else.
//!
//! The files are sealed under a token that only the operator's browser has, and lie in the store for half an hour, so that any
//! node can hand them out and none can open them by itself. A node that dies meanwhile leaves letters that were never printed:
//! they are printed again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::directory::{Actor, Facilities, FacilityCode, Organization, OrganizationId, partition};
use crate::enrollment::{
    Caller, Carrier, IssuedInvitation, JobId, JobLetter, OperatorError, RegistrationAuthority,
};
use crate::entropy::Entropy;
use crate::letter::{Batch, Letter, Recipient, SheetKind, Stationery};
use crate::pepper::{Pepper, Purpose, SealingKey};
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, EntryChange, Key, Store};
use crate::words::language::Language;

/// How long printed letters can be fetched.
const LASTS: SignedDuration = SignedDuration::from_mins(30);
/// The most letters that are printed together.
pub const MOST_LETTERS: usize = 2_000;
/// Invitations that get new credentials at the same time.
const AT_ONCE: usize = 16;
/// How much of a file lies in one entry.
const CHUNK: usize = 512 << 10;
/// How often progress is written down.
const PACE: Duration = Duration::from_millis(500);
/// What marks are made of: nothing that is mistaken for something else.
const LETTERS: &[u8; 20] = b"ACDEFGHJKLMNPQRTUVWX";

/// Makes an organization's stationery, or says why there is none (no font with Japanese).
pub type Press = Arc<dyn Fn(Organization, Language, Timestamp) -> Result<Stationery, String> + Send + Sync>;

/// Prints letters.
#[derive(Clone)]
pub struct Printing {
    /// What draws the credentials.
    pub authority: RegistrationAuthority,
    /// Where the sealed files lie.
    pub store: Arc<dyn Store>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What the files are sealed under, with the token.
    pub pepper: Arc<Pepper>,
    /// What the letters are printed on.
    pub press: Press,
}

impl std::fmt::Debug for Printing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Printing(..)")
    }
}

/// Which letters of a job.
#[derive(Debug, Clone)]
pub struct PrintOrder {
    /// The job.
    pub job: JobId,
    /// One facility's alone.
    pub facility: Option<FacilityCode>,
    /// The language that they are written in.
    pub language: Language,
    /// Whether every facility's letters begin with a list of them.
    pub covered: bool,
}

/// How far the printing is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PrintState {
    /// New credentials are drawn, and the sheets with them.
    Drawing,
    /// Both files lie ready.
    Ready {
        /// Sheets of the first file, and of the second.
        sheets: [usize; 2],
        /// Characters that the font does not have.
        missing: String,
        /// Entries of the first file, and of the second.
        chunks: [usize; 2],
    },
    /// It did not work; the letters must be printed again.
    Failed {
        /// Why.
        why: String,
    },
}

/// A printing, as it is known while it can be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The job.
    pub job: JobId,
    /// Who ordered it; one whose name is not kept is seen by those alone who act for the whole organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// How many letters.
    pub letters: usize,
    /// How many steps are done, of three for each letter.
    pub done: usize,
    /// Until when it can be fetched.
    pub until: Timestamp,
    /// How far it is.
    #[serde(flatten)]
    pub state: PrintState,
}

impl Record for Printed {
    const NAME: &'static str = "printing";
    const FORMAT: u32 = 1;
}

impl Printed {
    /// Whether the caller may know of it, and have its files: as with the job that it is of.
    fn is_seen_by(&self, caller: &Caller) -> bool {
        caller.reach == Facilities::All || self.by.as_ref() == Some(&caller.actor)
    }
}

/// The one way to printed letters.
#[derive(Clone)]
pub struct PrintToken(Zeroizing<String>);

impl PrintToken {
    /// Takes what an address names.
    #[must_use]
    pub fn shown(text: &str) -> Self {
        Self(Zeroizing::new(text.chars().take(80).collect()))
    }

    /// The token itself, for the address.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

struct Place {
    organization: OrganizationId,
    name: String,
    key: SealingKey,
}

impl Place {
    fn entry(&self) -> Result<Key, OperatorError> {
        Ok(Key::new(format!("print/{}", self.name))?)
    }

    fn chunk(&self, sheet: usize, chunk: usize) -> Result<Key, OperatorError> {
        Ok(Key::new(format!("print/{}/{sheet}/{chunk:04}", self.name))?)
    }
}

const fn number(kind: SheetKind) -> usize {
    match kind {
        SheetKind::First => 0,
        SheetKind::Second => 1,
    }
}

impl Printing {
    fn place(&self, organization: &OrganizationId, token: &PrintToken) -> Result<Place, OperatorError> {
        let name = self.pepper.hash(Purpose::Print, organization.as_str(), token.expose().as_bytes())?;
        let key = self.pepper.sealing_key(
            token.expose().as_bytes(),
            organization.as_str().as_bytes(),
            b"tegata/1/printed-letters",
        )?;
        Ok(Place { organization: organization.clone(), name: name.to_hex(), key })
    }

    async fn put(&self, place: &Place, printed: &Printed) -> Result<(), OperatorError> {
        let change = EntryChange::Put { key: place.entry()?, bytes: encode(printed)?, lifetime: LASTS };
        self.store.commit(&partition(&place.organization)?, Commit::new().entry(change)).await?;
        Ok(())
    }

    /// How far a printing is; `None` where there is none of this token, its time is over, or somebody else ordered it who is not
    /// within the caller's reach.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look(&self, caller: &Caller, token: &PrintToken) -> Result<Option<Printed>, OperatorError> {
        let place = self.place(&caller.organization, token)?;
        let found = self.store.find_entry(&partition(&caller.organization)?, &place.entry()?).await?;
        let found: Option<Printed> = found.map(|bytes| decode(&bytes)).transpose()?;
        Ok(found.filter(|printed| printed.is_seen_by(caller)))
    }

    /// One of the two files; `None` where it does not lie there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fetch(
        &self,
        caller: &Caller,
        token: &PrintToken,
        kind: SheetKind,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, OperatorError> {
        let Some(Printed { state: PrintState::Ready { chunks, .. }, .. }) = self.look(caller, token).await?
        else {
            return Ok(None);
        };
        let (place, partition) = (self.place(&caller.organization, token)?, partition(&caller.organization)?);
        let mut file = Zeroizing::new(Vec::new());
        let sheet = number(kind);
        for chunk in 0..chunks[sheet] {
            let key = place.chunk(sheet, chunk)?;
            let Some(sealed) = self.store.find_entry(&partition, &key).await? else { return Ok(None) };
            file.extend_from_slice(&place.key.open(key.as_str().as_bytes(), &sealed)?);
        }
        Ok(Some(file))
    }

    /// Begins to print: from now on, what was printed before leads nowhere. It goes on in the background of this process.
    ///
    /// The same form sent twice prints once.
    ///
    /// # Errors
    /// When there is nothing to print, too much, or no font; then nothing was changed.
    pub async fn begin(
        &self,
        caller: &Caller,
        order: PrintOrder,
        form: [u8; 16],
    ) -> Result<PrintToken, OperatorError> {
        let scope = format!("form/{}/{}", caller.organization, order.job);
        let token = self.pepper.hash(Purpose::Print, &scope, &form)?.to_hex();
        let token = PrintToken(Zeroizing::new(token));
        if self.look(caller, &token).await?.is_some() {
            return Ok(token);
        }
        let unfit = |why: String| OperatorError::Unfit { what: "the letters", why };
        let mut letters = self.authority.job_letters(caller, &order.job).await?;
        letters.retain(|letter| order.facility.is_none() || letter.facility == order.facility);
        if letters.is_empty() || letters.len() > MOST_LETTERS {
            return Err(unfit(format!(
                "there are {}; 1 to {MOST_LETTERS} are printed together",
                letters.len()
            )));
        }
        let organization = self.authority.directory().find_organization(&caller.organization).await?;
        let organization =
            organization.ok_or_else(|| OperatorError::NoSuchOrganization(caller.organization.clone()))?;
        let (press, now) = (Arc::clone(&self.press), self.clock.now());
        let made = tokio::task::spawn_blocking(move || press(organization, order.language, now)).await;
        let stationery = made.map_err(|error| unfit(error.to_string()))?.map_err(unfit)?;
        for letter in &letters {
            stationery
                .check(&recipient(letter))
                .map_err(|error| unfit(format!("{}: {error}", letter.person.name)))?;
        }
        // A stable order: within a facility as in the list; who has none comes last.
        letters.sort_by_key(|letter| (letter.facility.is_none(), letter.facility.clone()));
        let place = self.place(&caller.organization, &token)?;
        let printed = Printed {
            job: order.job.clone(),
            by: Some(caller.actor.clone()),
            letters: letters.len(),
            done: 0,
            until: now.checked_add(LASTS).unwrap_or(Timestamp::MAX),
            state: PrintState::Drawing,
        };
        let (own, bytes) = (partition(&caller.organization)?, encode(&printed)?);
        if !self.store.put_entry_if_absent(&own, &place.entry()?, &bytes, LASTS).await? {
            return Ok(token);
        }
        let (printing, caller) = (self.clone(), caller.clone());
        tokio::spawn(async move { printing.print(caller, place, printed, letters, stationery, order).await });
        Ok(token)
    }

    async fn print(
        self,
        caller: Caller,
        place: Place,
        printed: Printed,
        letters: Vec<JobLetter>,
        stationery: Stationery,
        order: PrintOrder,
    ) {
        let done = Arc::new(AtomicUsize::new(0));
        let drawing = self.draw_all(&caller, &place, letters, stationery, &order, &done);
        tokio::pin!(drawing);
        let state = loop {
            tokio::select! {
                drawn = &mut drawing => break drawn,
                () = tokio::time::sleep(PACE) => {
                    let printed = Printed { done: done.load(Ordering::Relaxed), ..printed.clone() };
                    if let Err(error) = self.put(&place, &printed).await {
                        tracing::warn!(%error, "the progress of printing could not be written");
                    }
                }
            }
        };
        let state = state.unwrap_or_else(|error| {
            tracing::error!(%error, job = %order.job, "letters could not be printed");
            PrintState::Failed { why: error.to_string() }
        });
        let printed = Printed { done: 3 * printed.letters, state, ..printed };
        if let Err(error) = self.put(&place, &printed).await {
            tracing::error!(%error, "printed letters could not be laid down");
        }
    }

    async fn draw_all(
        &self,
        caller: &Caller,
        place: &Place,
        letters: Vec<JobLetter>,
        stationery: Stationery,
        order: &PrintOrder,
        done: &Arc<AtomicUsize>,
    ) -> Result<PrintState, OperatorError> {
        let mut posts: Vec<(JobLetter, IssuedInvitation)> = Vec::with_capacity(letters.len());
        for some in letters.chunks(AT_ONCE) {
            let mut drawing = Vec::with_capacity(some.len());
            for letter in some {
                drawing.push(self.authority.redraw(caller, &letter.enrollment, Carrier::Letter));
            }
            for (letter, drawn) in some.iter().zip(join_all(drawing).await) {
                done.fetch_add(1, Ordering::Relaxed);
                match drawn {
                    Ok(issued) => posts.push((letter.clone(), issued)),
                    // Somebody used it meanwhile: it needs no letter any more.
                    Err(OperatorError::NotNow { .. } | OperatorError::NoSuchEnrollment(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let mut mark = [0; 4];
        self.entropy.fill(&mut mark)?;
        let mark: String =
            mark.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        let (covered, counted) = (order.covered, Arc::clone(done));
        let sheets =
            tokio::task::spawn_blocking(move || drawn(&stationery, &posts, &mark, covered, &counted)).await;
        let unfit = |why: String| OperatorError::Unfit { what: "the letters", why };
        let sheets = sheets.map_err(|error| unfit(error.to_string()))?.map_err(unfit)?;
        let partition = partition(&place.organization)?;
        let mut chunks = [0; 2];
        let mut missing = std::collections::BTreeSet::new();
        for (sheet, printed) in sheets.iter().enumerate() {
            missing.extend(printed.missing.iter().copied());
            for (chunk, bytes) in printed.pdf.chunks(CHUNK).enumerate() {
                let key = place.chunk(sheet, chunk)?;
                let sealed = place.key.seal(self.entropy.as_ref(), key.as_str().as_bytes(), bytes)?;
                let change = EntryChange::Put { key, bytes: sealed, lifetime: LASTS };
                self.store.commit(&partition, Commit::new().entry(change)).await?;
                chunks[sheet] = chunk + 1;
            }
        }
        let [first, second] = &sheets;
        let missing = missing.into_iter().collect();
        Ok(PrintState::Ready { sheets: [first.sheets, second.sheets], missing, chunks })
    }
}

fn recipient(letter: &JobLetter) -> Recipient {
    Recipient {
        name: letter.person.name.clone(),
        kana: letter.person.kana.clone(),
        postal_code: letter.person.postal_code.clone(),
        address: letter.person.address.clone(),
        facility: letter.facility_name.clone(),
    }
}

/// Draws both files.
fn drawn(
    stationery: &Stationery,
    posts: &[(JobLetter, IssuedInvitation)],
    mark: &str,
    covered: bool,
    done: &AtomicUsize,
) -> Result<[crate::letter::Printed; 2], String> {
    let marks: Vec<String> = (1..=posts.len()).map(|number| format!("{mark}-{number:04}")).collect();
    let recipients: Vec<Recipient> = posts.iter().map(|(letter, _)| recipient(letter)).collect();
    let mut batches: Vec<Batch<'_>> = Vec::new();
    let mut places: HashMap<Option<FacilityCode>, usize> = HashMap::new();
    for (((letter, issued), mark), recipient) in posts.iter().zip(&marks).zip(&recipients) {
        let place = *places.entry(letter.facility.clone()).or_insert_with(|| {
            batches.push(Batch { facility: letter.facility_name.clone(), letters: Vec::new() });
            batches.len() - 1
        });
        batches[place].letters.push(Letter { mark, recipient, invitation: issued });
    }
    let print = |kind| {
        let mut before = 0;
        stationery
            .print(kind, &batches, covered, &mut |now| {
                let now = usize::try_from(now).unwrap_or_default();
                done.fetch_add(now - before, Ordering::Relaxed);
                before = now;
            })
            .map_err(|error| error.to_string())
    };
    Ok([print(SheetKind::First)?, print(SheetKind::Second)?])
}
