//! Reads a Rust file and reports what the rules are about: which modules and crates it names, and its texts.

use std::collections::BTreeSet;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// Something that a rule may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A path into another module of this crate.
    Arrow { line: usize, to: String, in_test: bool },
    /// A path that begins outside this crate (or with a local name, which no rule mentions).
    Foreign { line: usize, path: Vec<String>, in_test: bool },
    /// A `use` of our own modules with paths inside its braces.
    Grouped { line: usize },
    /// A string, doc comments aside.
    Text { line: usize, value: String, in_test: bool },
}

/// A file of `src/`, read.
pub struct Source {
    /// Where it is, from the repository's root, with `/`.
    pub path: String,
    /// What it names.
    pub findings: Vec<Finding>,
    module: Vec<String>,
}

impl Source {
    /// Reads `text` as the file `path`; `test_modules` are those that a parent declares under `#[cfg(test)]`.
    pub fn parse(path: &str, text: &str, test_modules: &BTreeSet<Vec<String>>) -> Self {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let module = module_of(path);
        let in_test = (0..=module.len()).any(|length| test_modules.contains(&module[..length]));
        let own = file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(item) => Some(item.ident.to_string()),
            _ => None,
        });
        let mut reader = Reader { module: module.clone(), own: own.collect(), in_test, findings: Vec::new() };
        reader.visit_file(&file);
        Self { path: path.to_owned(), findings: reader.findings, module }
    }

    /// The module of the table to which the file belongs.
    pub fn top_module(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }
}

/// Every file below `folder` whose name ends in `.extension` (any, when empty), as paths from `root`, sorted.
pub fn files_below(root: &Path, folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return found };
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_below(root, &path, extension));
        } else if extension.is_empty() || path.rsplit_once('.').is_some_and(|(_, end)| end == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Reads every Rust file below `folder`.
pub fn read_all(root: &Path, folder: &str) -> Vec<Source> {
    let files: Vec<_> = files_below(root, folder, "rs")
        .into_iter()
        .map(|path| (std::fs::read_to_string(root.join(&path)).unwrap(), path))
        .collect();
    let mut test_modules = BTreeSet::new();
    for (text, path) in &files {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for item in file.items {
            if let syn::Item::Mod(item) = item
                && item.content.is_none()
                && is_test_only(&item.attrs)
            {
                let mut module = module_of(path);
                module.push(item.ident.to_string());
                test_modules.insert(module);
            }
        }
    }
    files.iter().map(|(text, path)| Source::parse(path, text, &test_modules)).collect()
}

/// The names of the modules that a file declares, in its order.
pub fn modules_of(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let modules = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Mod(item) => Some(item.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

/// `src/http/mod.rs` → `http`; `src/http/pages/claim.rs` → `http`, `pages`, `claim`; `src/lib.rs` → nothing.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.split_once('/').map_or(path, |(_, inside)| inside).trim_end_matches(".rs");
    let parts = inside.split('/').filter(|part| !["mod", "lib"].contains(part));
    parts.map(str::to_owned).collect()
}

fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let words: Vec<_> = list.tokens.clone().into_iter().map(|token| token.to_string()).collect();
        list.path.is_ident("cfg") && words.iter().any(|w| w == "test") && !words.iter().any(|w| w == "not")
    })
}

struct Reader {
    module: Vec<String>,
    /// The modules that the file declares: a path that begins with one is no crate's.
    own: BTreeSet<String>,
    in_test: bool,
    findings: Vec<Finding>,
}

impl Reader {
    /// Files a path under what it points to.
    fn name(&mut self, line: usize, path: &[String]) {
        let in_test = self.in_test;
        let Some(first) = path.first() else { return };
        let mut here = self.module.clone();
        let mut rest = path;
        match first.as_str() {
            // The binary and the integration tests see the library by its name.
            "crate" | "tegata" => {
                here.clear();
                rest = &path[1..];
            }
            "self" => return,
            own if self.own.contains(own) => return,
            "super" => {
                while let Some(("super", after)) = rest.split_first().map(|(f, after)| (f.as_str(), after)) {
                    here.pop();
                    rest = after;
                }
            }
            _ => {
                self.findings.push(Finding::Foreign { line, path: path.to_vec(), in_test });
                return;
            }
        }
        let to = here.first().or_else(|| rest.first()).cloned().unwrap_or_else(|| "crate".to_owned());
        self.findings.push(Finding::Arrow { line, to, in_test });
    }

    fn use_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let line = tree.span().start().line;
        let with = |ident: &syn::Ident| {
            let mut path = before.to_vec();
            path.push(ident.to_string());
            path
        };
        match tree {
            syn::UseTree::Path(path) => self.use_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.name(line, &with(&name.ident)),
            syn::UseTree::Rename(name) => self.name(line, &with(&name.ident)),
            syn::UseTree::Glob(_) => self.name(line, before),
            syn::UseTree::Group(group) => {
                let ours = before
                    .first()
                    .is_some_and(|f| ["crate", "super", "self", "tegata"].contains(&f.as_str()));
                let to_root = before.iter().all(|part| ["crate", "super", "tegata"].contains(&part.as_str()));
                let nested = group.items.iter().any(|item| matches!(item, syn::UseTree::Path(_)));
                if (ours && nested)
                    || (before.first().is_some_and(|f| f == "crate" || f == "tegata") && to_root)
                {
                    self.findings.push(Finding::Grouped { line });
                }
                for item in &group.items {
                    self.use_tree(before, item);
                }
            }
        }
    }

    /// What a macro's or an attribute's tokens name: syn cannot know what they mean, yet a path is a path.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        let mut colons = 0;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_path(line, &mut path);
                    }
                    if path.is_empty() {
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end_path(line, &mut path);
                    colons = 0;
                    self.tokens(group.stream());
                }
                TokenTree::Literal(literal) => {
                    self.end_path(line, &mut path);
                    colons = 0;
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.text(literal.span().start().line, text.value());
                    }
                }
                TokenTree::Punct(_) => {
                    self.end_path(line, &mut path);
                    colons = 0;
                }
            }
        }
        self.end_path(line, &mut path);
    }

    fn end_path(&mut self, line: usize, path: &mut Vec<String>) {
        if path.len() > 1 {
            self.name(line, path);
        }
        path.clear();
    }

    fn text(&mut self, line: usize, value: String) {
        let in_test = self.in_test;
        self.findings.push(Finding::Text { line, value, in_test });
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let outside = self.in_test;
        self.in_test |= is_test_only(&item.attrs);
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
        self.in_test = outside;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.name(path.span().start().line, &segments);
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // `pub(super)` and `pub(crate)` import nothing.
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        self.tokens(mac.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        match &attribute.meta {
            _ if attribute.path().is_ident("doc") => {}
            syn::Meta::List(list) => self.tokens(list.tokens.clone()),
            meta => visit::visit_meta(self, meta),
        }
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.text(literal.span().start().line, literal.value());
    }
}
