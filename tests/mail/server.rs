//! A mail server that does what the test says: takes, refuses, is silent, or dies.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Where in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Greeting,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    /// The final dot.
    Message,
}

impl Stage {
    pub const ALL: [Self; 6] =
        [Self::Greeting, Self::Ehlo, Self::Mail, Self::Rcpt, Self::Data, Self::Message];
}

/// What the server does at a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers this.
    Say(&'static str),
    /// Is silent.
    Stall,
    /// Closes the connection without an answer.
    Die,
}

/// A mail that the server got whole.
#[derive(Debug, Clone)]
pub struct Got {
    pub sender: String,
    pub recipient: String,
    pub bytes: Vec<u8>,
}

type Hook = Box<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct State {
    plan: Mutex<Option<(Stage, Act)>>,
    got: Mutex<Vec<Got>>,
    /// How many connections were opened.
    connections: Mutex<u32>,
    /// Called when a message has come whole, before it is answered.
    at_message: Mutex<Option<Hook>>,
    changed: Condvar,
}

pub struct MailServer {
    pub port: u16,
    state: Arc<State>,
}

impl MailServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let serving = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                *serving.connections.lock().unwrap() += 1;
                let state = Arc::clone(&serving);
                // A connection that breaks is the test's business.
                std::thread::spawn(move || drop(serve(&stream, &state)));
            }
        });
        Self { port, state }
    }

    /// From now on, does this at that stage.
    pub fn plan(&self, stage: Stage, act: Act) {
        *self.state.plan.lock().unwrap() = Some((stage, act));
    }

    /// From now on, takes everything.
    pub fn recover(&self) {
        *self.state.plan.lock().unwrap() = None;
    }

    /// What to do when a message has come whole.
    pub fn at_message(&self, hook: impl Fn() + Send + Sync + 'static) {
        *self.state.at_message.lock().unwrap() = Some(Box::new(hook));
    }

    pub fn forget_hook(&self) {
        *self.state.at_message.lock().unwrap() = None;
    }

    pub fn got(&self) -> Vec<Got> {
        self.state.got.lock().unwrap().clone()
    }

    pub fn connections(&self) -> u32 {
        *self.state.connections.lock().unwrap()
    }

    /// Waits until so many mails have come.
    #[track_caller]
    pub fn wait_for(&self, count: usize, within: Duration) -> Vec<Got> {
        let got = self.state.got.lock().unwrap();
        let waited = self.state.changed.wait_timeout_while(got, within, |got| got.len() < count).unwrap();
        assert!(!waited.1.timed_out(), "{} of {count} mails came", waited.0.len());
        waited.0.clone()
    }
}

/// Goes on, or ends the connection.
enum Next {
    On,
    End,
}

fn act(stream: &mut &TcpStream, state: &State, at: Stage, usual: &str) -> std::io::Result<Next> {
    let plan = state.plan.lock().unwrap().filter(|(planned, _)| *planned == at).map(|(_, act)| act);
    match plan {
        None => stream.write_all(format!("{usual}\r\n").as_bytes()).map(|()| Next::On),
        Some(Act::Say(answer)) => stream.write_all(format!("{answer}\r\n").as_bytes()).map(|()| Next::On),
        Some(Act::Die) => Ok(Next::End),
        Some(Act::Stall) => {
            // Until the other side has enough of it.
            let mut rest = BufReader::new(*stream);
            while rest.read_until(b'\n', &mut Vec::new())? > 0 {}
            Ok(Next::End)
        }
    }
}

fn serve(stream: &TcpStream, state: &State) -> std::io::Result<()> {
    let mut out = stream;
    let mut lines = BufReader::new(stream);
    let (mut sender, mut recipient) = (String::new(), String::new());
    if let Next::End = act(&mut out, state, Stage::Greeting, "220 mx.test ESMTP")? {
        return Ok(());
    }
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let next = match word.as_str() {
            "EHLO" => act(&mut out, state, Stage::Ehlo, "250-mx.test\r\n250-8BITMIME\r\n250 DSN")?,
            "MAIL" => {
                line.trim_end().clone_into(&mut sender);
                act(&mut out, state, Stage::Mail, "250 2.1.0 ok")?
            }
            "RCPT" => {
                line.trim_end().clone_into(&mut recipient);
                act(&mut out, state, Stage::Rcpt, "250 2.1.5 ok")?
            }
            "DATA" => {
                let planned = state.plan.lock().unwrap().is_some_and(|(stage, _)| stage == Stage::Data);
                if let Next::End = act(&mut out, state, Stage::Data, "354 go on")? {
                    return Ok(());
                }
                if planned {
                    continue;
                }
                let mut bytes = Vec::new();
                loop {
                    let mut line = Vec::new();
                    if lines.read_until(b'\n', &mut line)? == 0 {
                        return Ok(());
                    }
                    if line == b".\r\n" {
                        break;
                    }
                    bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                }
                // Dying now, it has taken the mail all the same.
                let plan = *state.plan.lock().unwrap();
                let taken = !matches!(plan, Some((Stage::Message, Act::Say(_))));
                if taken {
                    let got = Got { sender: sender.clone(), recipient: recipient.clone(), bytes };
                    state.got.lock().unwrap().push(got);
                    state.changed.notify_all();
                }
                if let Some(hook) = state.at_message.lock().unwrap().as_ref() {
                    hook();
                }
                act(&mut out, state, Stage::Message, "250 2.0.0 queued as 4711")?
            }
            "QUIT" => {
                out.write_all(b"221 2.0.0 bye\r\n")?;
                return Ok(());
            }
            _ => {
                out.write_all(b"250 2.0.0 ok\r\n")?;
                Next::On
            }
        };
        if let Next::End = next {
            return Ok(());
        }
    }
}
