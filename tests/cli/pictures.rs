//! QR codes, read by two other programs.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::ground::{Ground, mode};

/// What `zbarimg` reads from a picture.
fn scanned(picture: &Path) -> String {
    let mut zbarimg = Command::new("zbarimg");
    let output = zbarimg.args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]).arg(picture).output();
    let output = output.expect("zbarimg is missing: apt-get install zbar-tools");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Writes modules as a grey picture, 5 dots each.
fn drawn(ground: &Ground, name: &str, modules: &[Vec<bool>]) -> std::path::PathBuf {
    let (width, height) = (modules[0].len() * 5, modules.len() * 5);
    let mut file = format!("P5 {width} {height} 255\n").into_bytes();
    for y in 0..height {
        file.extend((0..width).map(|x| if modules[y / 5][x / 5] { 0 } else { 255 }));
    }
    ground.write(name, file)
}

fn link(invitation: &Value) -> &str {
    invitation["link"].as_str().unwrap()
}

#[test]
fn the_png_is_read_by_rqrr_and_by_zbar() {
    let ground = Ground::new();
    let invitation = ground.invite(&["--qr-png", "code.png"]);
    let path = ground.path().join("code.png");
    assert_eq!(scanned(&path), link(&invitation));
    assert_eq!(mode(&path), 0o600);
    let file = fs::read(&path).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
    let mut dots = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut dots).unwrap();
    assert_eq!((frame.bit_depth, frame.color_type), (png::BitDepth::One, png::ColorType::Grayscale));
    let width = frame.width as usize;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, width, |x, y| {
        if dots[y * frame.line_size + x / 8] >> (7 - x % 8) & 1 == 0 { 0 } else { 255 }
    });
    let (meta, text) = image.detect_grids()[0].decode().unwrap();
    assert_eq!(text, link(&invitation));
    // Error correction M is 0 in the format's bits; L, which is less, is 1.
    assert_ne!(meta.ecc_level, 1);
    // 8 dots a module, 4 modules of quiet zone on both sides.
    assert_eq!(width, (meta.version.to_size() + 8) * 8);
}

#[test]
fn a_picture_is_not_written_over_what_exists_and_nobody_is_invited() {
    let ground = Ground::new();
    for (option, file) in [("--qr-png", "letter.pdf"), ("--qr-svg", "code.svg")] {
        ground.write(file, "the only copy");
        let ran = ground.on_site(&["invite", "--subscriber", "Hanako", option, file, "--json"]);
        let (error, code) = ran.error();
        assert_eq!((error["code"].as_str(), code), (Some("exists"), 1));
        assert_eq!(fs::read(ground.path().join(file)).unwrap(), b"the only copy");
    }
    assert_eq!(ground.on_site(&["list", "--json"]).json()["enrollments"].as_array().unwrap().len(), 0);
}

#[test]
fn the_svg_is_read_by_zbar() {
    let ground = Ground::new();
    let invitation = ground.invite(&["--qr-svg", "code.svg"]);
    let svg = fs::read_to_string(ground.path().join("code.svg")).unwrap();
    let side: usize = svg.split_once("viewBox=\"0 0 ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    let mut modules = vec![vec![false; side]; side];
    let path = svg.split_once(" d=\"").unwrap().1.split_once('"').unwrap().0;
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let (length, _) = rest.split_once("v1h").unwrap();
        let (x, length) = (x.parse::<usize>().unwrap(), length.parse::<usize>().unwrap());
        modules[y.parse::<usize>().unwrap()][x..x + length].fill(true);
    }
    assert_eq!(scanned(&drawn(&ground, "svg.pgm", &modules)), link(&invitation));
}

/// The enrollment's link, as the newest invitation has it; `invite` without `--json` prints it in small letters.
fn printed_link(out: &str) -> String {
    let line = out.lines().find(|line| line.starts_with("link")).unwrap();
    line.split_whitespace().nth(1).unwrap().to_ascii_uppercase()
}

#[test]
fn the_picture_in_a_file_is_read_by_zbar() {
    let ground = Ground::new();
    let out = ground.on_site(&["invite", "--subscriber", "Hanako Yamada"]).out;
    let end = out.find("\nenrollment").unwrap();
    let lines: Vec<&str> = out[..end].lines().collect();
    let side = lines.len();
    let is_dark = |x: usize, y: usize| lines[y].as_bytes().get(2 * x) == Some(&b'#');
    let modules: Vec<Vec<bool>> = (0..side).map(|y| (0..side).map(|x| is_dark(x, y)).collect()).collect();
    assert!(out[..end].is_ascii());
    assert_eq!(scanned(&drawn(&ground, "ascii.pgm", &modules)), printed_link(&out));
}

#[test]
fn the_picture_on_a_terminal_is_read_by_zbar() {
    let ground = Ground::new();
    let mut command =
        ground.command(&["--config", "site", "--color", "always", "invite", "--subscriber", "Hanako"]);
    let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let (begin, end) = ("\u{1b}[30;107m", "\u{1b}[0m");
    let rows = out.lines().filter_map(|line| line.strip_prefix(begin)?.strip_suffix(end));
    let mut modules: Vec<Vec<bool>> = Vec::new();
    for row in rows {
        modules.push(row.chars().map(|c| matches!(c, '█' | '▀')).collect());
        modules.push(row.chars().map(|c| matches!(c, '█' | '▄')).collect());
    }
    let plain = anstream::adapter::strip_str(&out).to_string();
    assert_eq!(scanned(&drawn(&ground, "blocks.pgm", &modules)), printed_link(&plain));
}

#[test]
fn a_terminal_without_block_characters_gets_coloured_spaces() {
    let ground = Ground::new();
    let mut command =
        ground.command(&["--config", "site", "--color", "always", "invite", "--subscriber", "Hanako"]);
    let out = String::from_utf8(command.env("LANG", "C").output().unwrap().stdout).unwrap();
    assert!(out.is_ascii() && out.contains("\u{1b}[40m  ") && out.contains("\u{1b}[107m  "));
}

#[test]
fn no_colours_are_written_where_nobody_wants_them() {
    let ground = Ground::new();
    for ran in
        [ground.on_site(&["invite", "--subscriber", "x"]), ground.on_site(&["config", "show", "--all"])]
    {
        assert!(!ran.out.contains('\u{1b}'));
    }
    let on_terminal = |variables: &[(&str, &str)]| {
        let command = format!("{} --config site list", env!("CARGO_BIN_EXE_tegata"));
        let mut script = assert_cmd::Command::new("script");
        script.current_dir(ground.path()).args(["--quiet", "--command", &command, "/dev/null"]);
        script.env("TERM", "xterm").env_remove("NO_COLOR").envs(variables.iter().copied());
        String::from_utf8(script.output().unwrap().stdout).unwrap().contains("\u{1b}[1m")
    };
    assert!(on_terminal(&[]));
    assert!(!on_terminal(&[("NO_COLOR", "1")]));
}

#[test]
fn nothing_is_issued_when_the_picture_cannot_be_written() {
    let ground = Ground::new();
    let ran = ground.on_site(&["invite", "--subscriber", "x", "--qr-png", "missing/code.png"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(
        ran.err.contains("missing/code.png cannot be written") && ran.err.contains("nothing was issued"),
        "{}",
        ran.err
    );
    assert_eq!(ground.on_site(&["list"]).out, "There is none.\n");
}
