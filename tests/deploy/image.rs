//! The `Dockerfile`, read as an engine reads it, and its build done step by step in a directory that holds exactly what it copies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::{read, root, run, succeed};

/// A stage of the Dockerfile.
pub struct Image {
    pub name: String,
    /// What it is built from.
    from: String,
    steps: Vec<(String, String)>,
}

impl Image {
    /// What follows every instruction of this kind.
    fn all(&self, instruction: &str) -> Vec<&str> {
        let ours = self.steps.iter().filter(|(name, _)| name == instruction);
        ours.map(|(_, rest)| rest.as_str()).collect()
    }

    /// The last one of this kind, which is the one that holds.
    pub fn last(&self, instruction: &str) -> Option<&str> {
        self.all(instruction).pop()
    }

    pub fn user(&self) -> Option<&str> {
        self.last("USER")
    }

    /// The variables that it sets.
    pub fn environment(&self) -> Vec<(String, String)> {
        let words = self.all("ENV").into_iter().flat_map(str::split_whitespace);
        words
            .map(|word| word.split_once('=').expect("NAME=VALUE"))
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect()
    }

    /// The command that a container of it runs, in exec form: no shell stands between it and its signals.
    pub fn command(&self) -> Vec<String> {
        let list = |instruction| {
            let text = self.last(instruction).unwrap_or("[]");
            serde_json::from_str::<Vec<String>>(text)
                .unwrap_or_else(|error| panic!("{instruction} {text}: {error}"))
        };
        [list("ENTRYPOINT"), list("CMD")].concat()
    }

    /// What is copied from the repository, and where to.
    fn copies(&self) -> Vec<(&str, &str)> {
        let ours = self.all("COPY").into_iter().filter(|rest| !rest.starts_with("--from"));
        ours.flat_map(|rest| {
            let words: Vec<_> = rest.split_whitespace().collect();
            let (to, from) = words.split_last().unwrap();
            from.iter().map(|from| (*from, *to)).collect::<Vec<_>>()
        })
        .collect()
    }
}

/// Joins continued lines, leaves comments out, and puts the values of `ARG` in their places.
fn stages(text: &str) -> Vec<Image> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty());
    let joined = lines.fold(String::new(), |text, line| match line.strip_suffix('\\') {
        Some(begun) => text + begun,
        None => text + line + "\n",
    });
    let mut arguments: Vec<(String, String)> = Vec::new();
    let mut images: Vec<Image> = Vec::new();
    for line in joined.lines() {
        let (instruction, rest) = line.trim().split_once(' ').expect("INSTRUCTION arguments");
        let rest = arguments
            .iter()
            .fold(rest.trim().to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value));
        match instruction {
            "ARG" => {
                let (name, value) = rest.split_once('=').expect("a default");
                arguments.push((name.to_owned(), value.to_owned()));
            }
            "FROM" => {
                let (from, name) = rest.split_once(" AS ").expect("every stage has a name");
                images.push(Image { name: name.to_owned(), from: from.to_owned(), steps: Vec::new() });
            }
            _ => images.last_mut().expect("FROM comes first").steps.push((instruction.to_owned(), rest)),
        }
    }
    images
}

static IMAGES: LazyLock<Vec<Image>> = LazyLock::new(|| stages(&read("Dockerfile")));

/// Every stage.
pub fn images() -> &'static [Image] {
    &IMAGES
}

/// The stage of that name.
pub fn image(name: &str) -> &'static Image {
    images().iter().find(|image| image.name == name).unwrap()
}

#[test]
fn every_image_stands_on_one_named_debian_release_and_belongs_to_nobody() {
    let release = "bookworm";
    for image in images() {
        let known = [format!("debian:{release}-slim"), "rust:1.95-bookworm".to_owned()];
        assert!(known.contains(&image.from), "{} stands on {}", image.name, image.from);
        if image.name == "build" {
            continue;
        }
        let (user, group) = image.user().expect("a user").split_once(':').expect("a user and a group");
        assert!(user.parse::<u32>().unwrap() > 9_999 && user == group, "{}", image.name);
        let last = image.steps.iter().rposition(|(name, _)| name == "RUN").unwrap();
        let set = image.steps.iter().position(|(name, _)| name == "USER").unwrap();
        assert!(last < set, "{} does something as root's successor", image.name);
        assert!(!image.command().is_empty() && image.last("STOPSIGNAL").is_some(), "{}", image.name);
    }
}

/// The toolchain of the image is as new as Cargo.toml wants it at least.
#[test]
fn the_images_rust_is_new_enough() {
    let manifest: toml::Value = toml::from_str(&read("Cargo.toml")).unwrap();
    let version = |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap()).collect::<Vec<_>>();
    let wanted = version(manifest["package"]["rust-version"].as_str().unwrap());
    let (_, tag) = image("build").from.split_once(':').unwrap();
    assert!(version(tag.split('-').next().unwrap()) >= wanted, "{tag} < {wanted:?}");
}

/// The packages that a stage installs.
pub fn packages(image: &'static Image) -> BTreeSet<&'static str> {
    let commands = image.all("RUN").into_iter().flat_map(|step| step.split("&&"));
    let installs = commands.filter(|command| command.contains("apt-get install"));
    let words = installs.flat_map(|command| command.split_whitespace().skip(2));
    words.filter(|word| !word.starts_with('-')).collect()
}

/// The programs in the containers are the ones that the tests here run.
#[test]
fn every_package_of_the_images_is_installed_here_too() {
    let packages: BTreeSet<_> = images().iter().flat_map(packages).collect();
    assert!(packages.contains("nginx") && packages.contains("redis-server"), "{packages:?}");
    for package in packages {
        let state =
            succeed(Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]));
        assert_eq!(state, "installed", "{package}");
    }
}

#[test]
fn what_is_copied_exists_and_is_sent_to_the_builder_and_nothing_else_is() {
    let ignore = read(".dockerignore");
    let lines: Vec<_> = ignore.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines[0], "*", "everything is left out");
    let sent: BTreeSet<_> =
        lines[1..].iter().map(|line| line.strip_prefix('!').expect("but for these")).collect();
    let mut used = BTreeSet::new();
    for (from, _) in images().iter().flat_map(Image::copies) {
        assert!(root().join(from).exists(), "{from} does not exist");
        let sends = |known: &&&str| Path::new(from).starts_with(Path::new(**known));
        used.insert(*sent.iter().find(sends).unwrap_or_else(|| panic!("{from} is not sent to the builder")));
    }
    assert_eq!(used, sent, "sent, and never copied");
}

/// Copies a file or a directory, with the times of the files, so that cargo knows what it has seen before.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
        return;
    }
    std::fs::copy(from, to).unwrap();
    let time = from.metadata().unwrap().modified().unwrap();
    std::fs::File::options().write(true).open(to).unwrap().set_modified(time).unwrap();
}

/// In a directory with exactly what the build's stage copies, cargo compiles what it would compile there. It is checked rather
/// than built: linking and optimising read no more files, and take ten minutes.
#[test]
fn what_the_build_copies_is_all_that_the_compiler_needs() {
    let build = image("build");
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("image");
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    for (from, to) in build.copies() {
        let to = if to.ends_with('/') { place.join(to).join(from) } else { place.join(to) };
        copy(&root().join(from), &to);
    }
    let commands = build.all("RUN");
    let [command] = commands.as_slice() else { panic!("one command builds it: {commands:?}") };
    let words: Vec<_> = command.split_whitespace().collect();
    assert_eq!(words[..2], ["cargo", "build"]);
    let arguments = words[2..].iter().filter(|word| **word != "--release");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--offline"]).args(arguments).current_dir(&place).env("CARGO_TARGET_DIR", target);
    succeed(&mut cargo);
    let binary = image("tegata").all("COPY")[0];
    assert_eq!(binary, "--from=build /build/target/release/tegata /usr/local/bin/tegata");
}

/// The slim image has the C library, and no more than that is needed.
#[test]
fn the_program_needs_no_library_that_the_slim_image_lacks() {
    let listed = succeed(Command::new("ldd").arg(env!("CARGO_BIN_EXE_tegata")));
    let known = ["linux-vdso.so.1", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "/lib64/ld-linux-x86-64.so.2"];
    let others: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|library| !known.contains(library) && !library.starts_with("/lib/ld-linux"))
        .collect();
    assert_eq!(others, Vec::<&str>::new());
    assert!(listed.contains("libc.so.6"), "{listed}");
}

#[test]
fn what_a_container_runs_is_understood_by_its_program() {
    let tegata = image("tegata");
    assert_eq!(tegata.command(), ["tegata", "serve"]);
    let probe = tegata.last("HEALTHCHECK").unwrap().split_once("CMD ").unwrap().1;
    let probe: Vec<String> = serde_json::from_str(probe).unwrap();
    let output =
        run(Command::new(env!("CARGO_BIN_EXE_tegata")).args(&probe[1..]).env_clear().current_dir("/"));
    assert_eq!(output.status.code(), Some(3), "understood, and no configuration there: {output:?}");
}
