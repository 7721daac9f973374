//! What stands in front of several nodes: each new connection goes to the next one, byte for byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A front whose nodes can be changed between two turns.
pub struct Splitter {
    pub port: u16,
    nodes: Arc<Mutex<Vec<u16>>>,
}

impl Splitter {
    /// Listens; lives as long as the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let nodes = Arc::new(Mutex::new(Vec::new()));
        let known: Arc<Mutex<Vec<u16>>> = Arc::clone(&nodes);
        std::thread::spawn(move || {
            for (number, client) in listener.incoming().map_while(Result::ok).enumerate() {
                let nodes = known.lock().unwrap().clone();
                let Ok(node) = TcpStream::connect(("127.0.0.1", nodes[number % nodes.len()])) else {
                    continue;
                };
                for stream in [&client, &node] {
                    stream.set_nodelay(true).unwrap();
                }
                let (back, forth) = (client.try_clone().unwrap(), node.try_clone().unwrap());
                std::thread::spawn(move || pass(client, forth));
                std::thread::spawn(move || pass(node, back));
            }
        });
        Self { port, nodes }
    }

    /// From now on new connections go to these.
    pub fn to(&self, nodes: &[u16]) {
        *self.nodes.lock().unwrap() = nodes.to_vec();
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 16_384];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
