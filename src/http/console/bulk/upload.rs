//! A form with a file: the one kind of form of the console that is no ordinary one. It is read as it comes, and never more of it
//! than may be taken.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex as Lock, PoisonError, Weak};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Payload;
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::{Mutex, OwnedMutexGuard, Semaphore, SemaphorePermit};

use crate::directory::AccountId;
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::error::HttpError;
use crate::roster::LARGEST;

/// The most bytes of the fields beside the file, and of what separates them.
const BESIDE: usize = 64 << 10;
/// The most fields.
const MOST_FIELDS: usize = 32;
/// The longest value of a field beside the file.
const LONGEST: usize = 2_000;
/// How long a file may take to arrive.
const PATIENCE: Duration = Duration::from_mins(2);

/// Files that a process takes at the same time; each is in memory until it has been judged.
const AT_ONCE: usize = 3;
/// How long a file waits for its turn.
const TURN: Duration = Duration::from_secs(30);
/// When to try again where it did not come.
const AGAIN: Duration = Duration::from_secs(30);

static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);
static PEOPLE: LazyLock<Lock<HashMap<AccountId, Weak<Mutex<()>>>>> = LazyLock::new(Lock::default);

/// Room for one file, until it is dropped.
pub struct Room {
    _room: SemaphorePermit<'static>,
    _person: OwnedMutexGuard<()>,
}

/// Makes room for a file before any of it is read: few at once in the whole process, and one for each person.
///
/// # Errors
/// [`HttpError::RateLimited`] where none becomes free.
pub async fn room(desk: &Desk) -> Result<Room, HttpError> {
    let own = own_turn(desk.account().id);
    let taken = async {
        let person = own.lock_owned().await;
        let room = ROOM.acquire().await.map_err(HttpError::internal)?;
        Ok(Room { _room: room, _person: person })
    };
    tokio::time::timeout(TURN, taken).await.map_err(|_| HttpError::RateLimited(AGAIN))?
}

fn own_turn(account: AccountId) -> Arc<Mutex<()>> {
    let mut people = PEOPLE.lock().unwrap_or_else(PoisonError::into_inner);
    people.retain(|_, turn| turn.strong_count() > 0);
    if let Some(turn) = people.get(&account).and_then(Weak::upgrade) {
        return turn;
    }
    let turn = Arc::new(Mutex::new(()));
    people.insert(account, Arc::downgrade(&turn));
    turn
}

/// A form with a file.
pub struct Upload {
    /// What was typed beside it.
    pub entered: Entered,
    /// The file's name, as the browser says it.
    pub name: String,
    /// The file; `None` where none was chosen.
    pub bytes: Option<Vec<u8>>,
    /// Whether the file is larger than may be taken; then nothing of it is kept.
    pub is_too_large: bool,
}

/// Receives a form whose file is called `file`.
///
/// # Errors
/// [`HttpError::UnsupportedMediaType`], [`HttpError::BadForm`], [`HttpError::TooLarge`] where even what says so would be too much.
pub async fn receive(request: &HttpRequest, payload: Payload) -> Result<Upload, HttpError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary =
        multer::parse_boundary(header(CONTENT_TYPE)).map_err(|_| HttpError::UnsupportedMediaType)?;
    let announced = header(CONTENT_LENGTH).parse::<u64>().ok();
    // What says itself how large it is needs not be read.
    if announced.is_some_and(|length| length > (LARGEST + BESIDE) as u64) {
        return Ok(too_large());
    }
    let Some(chunks) =
        tokio::time::timeout(PATIENCE, body(payload)).await.map_err(|_| HttpError::BadForm)??
    else {
        return Ok(too_large());
    };
    let chunks = chunks.into_iter().map(Ok::<_, std::convert::Infallible>);
    read(multer::Multipart::new(futures_util::stream::iter(chunks), boundary)).await
}

fn too_large() -> Upload {
    Upload { entered: Entered::default(), name: String::new(), bytes: None, is_too_large: true }
}

/// The body; `None` as soon as there is more of it than may be taken.
async fn body(mut payload: Payload) -> Result<Option<Vec<Bytes>>, HttpError> {
    let (mut chunks, mut length) = (Vec::new(), 0);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| HttpError::BadForm)?;
        length += chunk.len();
        if length > LARGEST + BESIDE {
            return Ok(None);
        }
        chunks.push(chunk);
    }
    Ok(Some(chunks))
}

async fn read(mut form: multer::Multipart<'_>) -> Result<Upload, HttpError> {
    let mut upload =
        Upload { entered: Entered::default(), name: String::new(), bytes: None, is_too_large: false };
    let mut count = 0;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(upload),
            Err(_) => return Err(HttpError::BadForm),
        };
        count += 1;
        if count > MOST_FIELDS {
            return Err(HttpError::BadForm);
        }
        let name = field.name().unwrap_or_default().to_owned();
        let longest = if name == "file" { LARGEST } else { LONGEST };
        if name == "file" {
            let called: String =
                field.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
            upload.name = called.chars().take(100).collect();
        }
        let Some(bytes) = taken(field, longest).await? else {
            if name != "file" {
                return Err(HttpError::BadForm);
            }
            upload.is_too_large = true;
            upload.bytes = None;
            return Ok(upload);
        };
        if name == "file" {
            upload.bytes = Some(bytes).filter(|bytes| !bytes.is_empty() || !upload.name.is_empty());
        } else {
            let value = String::from_utf8(bytes).map_err(|_| HttpError::BadForm)?;
            upload.entered = upload.entered.with(&name, &value.trim());
        }
    }
}

/// The bytes of a field; `None` where there are more than `longest`.
async fn taken(mut field: multer::Field<'_>, longest: usize) -> Result<Option<Vec<u8>>, HttpError> {
    let mut bytes = Vec::new();
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > longest => return Ok(None),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(Some(bytes)),
            Err(_) => return Err(HttpError::BadForm),
        }
    }
}
