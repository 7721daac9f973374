//! Files that are no lists, by their first bytes.

use serde::{Deserialize, Serialize};

/// What was brought instead of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Foreign {
    /// A workbook of Excel, `.xlsx`.
    Xlsx,
    /// A workbook of an older Excel, `.xls`.
    Xls,
    /// A spreadsheet of `LibreOffice`, `.ods`.
    Ods,
    /// A spreadsheet of Apple's Numbers.
    Numbers,
    /// A PDF.
    Pdf,
    /// A web page; some programs call it `.xls`.
    Html,
    /// A packed archive.
    Archive,
    /// A picture.
    Picture,
    /// No text.
    Binary,
}

/// How much of a file is looked at.
const LOOKED_AT: usize = 64 << 10;

impl Foreign {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Xlsx,
        Self::Xls,
        Self::Ods,
        Self::Numbers,
        Self::Pdf,
        Self::Html,
        Self::Archive,
        Self::Picture,
        Self::Binary,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Numbers => "numbers",
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Archive => "archive",
            Self::Picture => "picture",
            Self::Binary => "binary",
        }
    }

    /// What it is, for people who read English.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Xlsx => "a workbook of Excel (.xlsx)",
            Self::Xls => "a workbook of Excel (.xls)",
            Self::Ods => "a spreadsheet of LibreOffice (.ods)",
            Self::Numbers => "a spreadsheet of Numbers",
            Self::Pdf => "a PDF",
            Self::Html => "a web page",
            Self::Archive => "a packed archive",
            Self::Picture => "a picture",
            Self::Binary => "no text",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Xlsx | Self::Xls => "in Excel choose Save As and \"CSV UTF-8 (comma delimited)\"",
            Self::Ods => "in LibreOffice choose Save As and \"Text CSV\", with UTF-8",
            Self::Numbers => "in Numbers choose File, Export To, CSV",
            Self::Pdf | Self::Html | Self::Archive | Self::Picture | Self::Binary => {
                "bring the list as CSV (UTF-8), as a spreadsheet saves it"
            }
        }
    }

    /// What a file is, where its first bytes say that it is no list.
    #[must_use]
    pub fn recognise(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(LOOKED_AT)];
        let holds = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
        let begins = |magic: &[u8]| head.starts_with(magic);
        if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
            return Some(if holds(b"opendocument") {
                Self::Ods
            } else if holds(b"Index/Document.iwa") || holds(b".iwa") || holds(b"Index.zip") {
                Self::Numbers
            } else if holds(b"[Content_Types].xml") || holds(b"xl/") {
                Self::Xlsx
            } else {
                Self::Archive
            });
        }
        if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return Some(Self::Xls);
        }
        if begins(b"%PDF-") {
            return Some(Self::Pdf);
        }
        let archives: [&[u8]; 4] = [b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd"];
        if archives.into_iter().any(begins) {
            return Some(Self::Archive);
        }
        let pictures: [&[u8]; 4] = [b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0"];
        if pictures.into_iter().any(begins) {
            return Some(Self::Picture);
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let is_page = [&b"<!doctype"[..], b"<html", b"<table", b"<?xml"]
            .into_iter()
            .any(|start| text.len() >= start.len() && text[..start.len()].eq_ignore_ascii_case(start));
        is_page.then_some(Self::Html)
    }
}
