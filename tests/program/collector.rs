//! A collector of traces, as far as a test needs one: it takes what is sent to it, and Google's own Protocol Buffers read it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What OpenTelemetry's trace.proto, common.proto and resource.proto say of what is looked at here.
const SCHEMA: &str = r#"
syntax = "proto3";
message Traces { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  repeated Event events = 11; repeated Link links = 13; Status status = 15;
}
message Event { string name = 2; }
message Link { bytes trace_id = 1; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; Value value = 2; }
message Value { oneof value { string text = 1; bool flag = 2; int64 number = 3; double real = 4; } }
"#;

/// Prints every span as a line of JSON.
const READER: &str = r"
import json, sys
sys.path.insert(0, sys.argv[1])
import traces_pb2
def pairs(attributes):
    return {one.key: str(getattr(one.value, one.value.WhichOneof('value'))) for one in attributes}
traces = traces_pb2.Traces()
traces.ParseFromString(sys.stdin.buffer.read())
for of in traces.resource_spans:
    for scope in of.scope_spans:
        for span in scope.spans:
            print(json.dumps({
                'resource': pairs(of.resource.attributes), 'scope': scope.scope.name, 'name': span.name,
                'trace': span.trace_id.hex(), 'span': span.span_id.hex(), 'parent': span.parent_span_id.hex(),
                'kind': span.kind, 'nanoseconds': span.end_time_unix_nano - span.start_time_unix_nano,
                'attributes': pairs(span.attributes), 'events': len(span.events), 'links': len(span.links),
                'status': [span.status.code, span.status.message],
            }))
";

/// A span as it was sent.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Sent {
    pub resource: std::collections::BTreeMap<String, String>,
    pub scope: String,
    pub name: String,
    pub trace: String,
    pub span: String,
    pub parent: String,
    pub kind: i32,
    pub nanoseconds: u64,
    pub attributes: std::collections::BTreeMap<String, String>,
    pub events: usize,
    pub links: usize,
    pub status: (i32, String),
}

#[derive(Default)]
struct Taken {
    heads: Mutex<Vec<String>>,
    bodies: Mutex<Vec<u8>>,
    silent: AtomicBool,
}

pub struct Collector {
    pub endpoint: String,
    taken: Arc<Taken>,
}

impl Collector {
    /// One that answers, or one that takes connections and never says anything.
    pub fn start(silent: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Taken { silent: AtomicBool::new(silent), ..Taken::default() });
        let shared = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let taken = Arc::clone(&shared);
                std::thread::spawn(move || take(stream, &taken));
            }
        });
        Self { endpoint, taken }
    }

    /// From now on it answers.
    pub fn speak(&self) {
        self.taken.silent.store(false, Ordering::Relaxed);
    }

    /// Everything that was sent, as it came.
    pub fn bytes(&self) -> Vec<u8> {
        self.taken.bodies.lock().unwrap().clone()
    }

    /// The heads of all requests.
    pub fn heads(&self) -> String {
        self.taken.heads.lock().unwrap().concat()
    }

    /// Every span that was sent. Messages one behind the other are one message with all that they hold.
    pub fn spans(&self) -> Vec<Sent> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("traces.proto"), SCHEMA).unwrap();
        let compiled = Command::new("protoc")
            .current_dir(folder.path())
            .args(["--python_out=.", "traces.proto"])
            .output()
            .expect("protoc is missing: apt-get install protobuf-compiler");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        let mut reader = Command::new("/usr/bin/python3")
            .args(["-c", READER])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = reader.stdin.take().unwrap();
        let bytes = self.bytes();
        let writing = std::thread::spawn(move || input.write_all(&bytes).unwrap());
        let read = reader.wait_with_output().unwrap();
        writing.join().unwrap();
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let lines = String::from_utf8(read.stdout).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn take(stream: TcpStream, taken: &Taken) {
    let mut answers = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
        });
        let mut body = vec![0; length.unwrap()];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        taken.heads.lock().unwrap().push(head);
        if taken.silent.load(Ordering::Relaxed) {
            // The connection stays; nothing is said on it.
            continue;
        }
        taken.bodies.lock().unwrap().extend(body);
        let said = answers.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n",
        );
        if said.is_err() {
            return;
        }
    }
}
