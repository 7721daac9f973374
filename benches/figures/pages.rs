//! The landing page next to bare actix-web with the same bytes.

use std::process::Command;

use crate::Effort;
use crate::bare;
use crate::client::Connection;
use crate::paired::{Paired, per_second};
use crate::ports;
use crate::process::{Installation, Process, Serve};
use crate::table::Table;

/// Connections that ask at the same time.
const CONNECTIONS: usize = 8;

/// The pages that a second of the server's processor time makes: the client, which takes from the same processors, is left out.
fn turn(server: &Process, port: u16, path: &str, requests: usize) -> f64 {
    let before = server.used();
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut connection = Connection::open(port, "10.0.0.1");
                for _ in 0..requests / CONNECTIONS {
                    assert_eq!(connection.get(path).status, 200);
                }
            });
        }
    });
    per_second(requests / CONNECTIONS * CONNECTIONS, server.used().saturating_sub(before))
}

pub fn measure(effort: Effort, table: &mut Table) {
    if !table.wants(&["page-number", "page-link"]) {
        return;
    }
    let installation = Installation::create(&[]);
    let (code, _) = installation.invite();
    let ours = installation.serve(Serve::default());
    // The system counts in hundredths of a second.
    let requests = effort.work * 8;
    for (name, path) in [("page-number", "/".to_owned()), ("page-link", format!("/c/{code}"))] {
        if !table.wants(&[name]) {
            continue;
        }
        let model = Connection::open(ours.port, "10.0.0.1").get(&path);
        assert_eq!(model.status, 200);
        let port = ports::own();
        bare::prepare(installation.path(), port, &model);
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut bare = Process::start(command.env(bare::VARIABLE, installation.path()));
        bare.listens(port);
        let paired = Paired::measure(
            effort.turns,
            |_| turn(&ours.process, ours.port, &path, requests),
            |_| turn(&bare, port, &path, requests),
        );
        table.paired(name, &paired);
    }
}
