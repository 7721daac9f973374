//! actix-web with nothing of ours: the same bytes and headers for every request.

use std::path::Path;

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::client::Answer;

/// Names the directory with what is answered; where it is set, this program is the bare server.
pub const VARIABLE: &str = "TEGATA_BENCH_BARE";

/// Lays down what is to be answered.
pub fn prepare(directory: &Path, port: u16, answer: &Answer) {
    let own = ["content-length", "date", "connection"];
    let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
    std::fs::write(directory.join("headers"), headers.join("\n")).unwrap();
    std::fs::write(directory.join("body"), &answer.body).unwrap();
    std::fs::write(directory.join("port"), port.to_string()).unwrap();
}

/// Serves it.
pub fn serve(directory: &Path) {
    let text = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
    let headers: Vec<(String, String)> = text("headers")
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (body, port) = (web::Bytes::from(text("body")), text("port").parse::<u16>().unwrap());
    let run = async move {
        let app = move || {
            let (headers, body) = (headers.clone(), body.clone());
            App::new().default_service(web::to(move || {
                let mut answer = HttpResponse::Ok();
                for (name, value) in &headers {
                    answer.insert_header((name.as_str(), value.as_str()));
                }
                let answer = answer.body(body.clone());
                async move { answer }
            }))
        };
        HttpServer::new(app).bind(("127.0.0.1", port))?.run().await
    };
    actix_web::rt::System::new().block_on(run).unwrap();
}
