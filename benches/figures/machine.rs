//! What the figures were measured on.

use std::process::Command;

use crate::kept::Machine;

/// What it is, and how busy.
pub fn description() -> Machine {
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str, between: char| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(between).map_or(String::new(), |(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = field(&file("/proc/cpuinfo"), "model name", ':');
    let memory = field(&file("/proc/meminfo"), "MemTotal", ':');
    let memory = memory.trim_end_matches(" kB").parse::<u64>().map_or(0, |kilobytes| kilobytes >> 20);
    let system = field(&file("/etc/os-release"), "PRETTY_NAME", '=');
    let kernel = file("/proc/sys/kernel/osrelease");
    let load = file("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    let disk =
        said("findmnt", &["--noheadings", "--output", "FSTYPE", "--target", env!("CARGO_TARGET_TMPDIR")]);
    let what = format!(
        "Machine: {processors} processors ({model}), {memory} GiB; {system}, Linux {}, {disk}; {}; {}; {}; {}.",
        kernel.trim(),
        said("rustc", &["--version"]).split(" (").next().unwrap_or_default(),
        openssl::version::version(),
        said("openssl", &["version"])
            .split(" (")
            .next()
            .map_or(String::new(), |known| format!("the command is {known}")),
        said("redis-server", &["--version"])
            .split(" sha")
            .next()
            .unwrap_or_default()
            .replace(" server v=", " "),
    );
    Machine { what, load: load.to_owned() }
}

/// What a program prints, without the line's end.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
