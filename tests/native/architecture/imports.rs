//! The import graph of Rust files, read from their tokens: `use` trees (nested braces, `self`, `super`) and full paths
//! in code, also inside macros such as `view!`. Comments, strings and `#[cfg(test)]` modules do not count.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Files by path, each with the files that it imports. A file's own ancestors (the `mod.rs` of its folder) do not
/// count: a folder's face and what stands in it are one.
pub struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    /// Of the files of a crate, by their path below its source folder.
    pub fn of(sources: &BTreeMap<String, String>) -> Self {
        let modules: HashMap<Vec<String>, &str> =
            sources.keys().map(|file| (module_of(file), file.as_str())).collect();
        let imports = |(file, text): (&String, &String)| {
            let own = module_of(file);
            let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
            let mut reader = Reader { modules: &modules, bound: HashMap::new(), found: BTreeSet::new() };
            let root = if matches!(file.as_str(), "main.rs") { "stoa" } else { "crate" };
            // Names first: code may stand above the `use` that it relies on.
            reader.read(tokens.clone(), &own, root, true);
            reader.read(tokens, &own, root, false);
            let imported = reader.found.into_iter().filter(|module| !own.starts_with(module));
            (file.clone(), imported.map(|module| modules[&module].to_owned()).collect())
        };
        Self(sources.iter().map(imports).collect())
    }

    pub fn edges(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(from, to)| to.iter().map(|to| (from.as_str(), to.as_str())))
    }
}

/// Every set of files that import each other, directly or over others: the strongly connected components with more
/// than one file (Tarjan's algorithm).
pub fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut search =
        Search { graph, order: HashMap::new(), low: HashMap::new(), stack: Vec::new(), found: Vec::new() };
    for file in graph.0.keys() {
        if !search.order.contains_key(file.as_str()) {
            search.visit(file);
        }
    }
    search.found
}

struct Search<'g> {
    graph: &'g Graph,
    order: HashMap<&'g str, usize>,
    low: HashMap<&'g str, usize>,
    stack: Vec<&'g str>,
    found: Vec<Vec<String>>,
}

impl<'g> Search<'g> {
    fn visit(&mut self, file: &'g str) {
        let number = self.order.len();
        self.order.insert(file, number);
        self.low.insert(file, number);
        self.stack.push(file);
        let graph = self.graph;
        for next in graph.0.get(file).into_iter().flatten() {
            let next = next.as_str();
            if !self.order.contains_key(next) {
                self.visit(next);
                let low = self.low[file].min(self.low[next]);
                self.low.insert(file, low);
            } else if self.stack.contains(&next) {
                let low = self.low[file].min(self.order[next]);
                self.low.insert(file, low);
            }
        }
        if self.low[file] == self.order[file] {
            let start = self.stack.iter().position(|held| *held == file).expect("it is on the stack");
            let circle: Vec<_> = self.stack.drain(start..).map(str::to_owned).collect();
            if circle.len() > 1 {
                self.found.push(circle);
            }
        }
    }
}

/// The text before its `#[cfg(test)]` module.
pub fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
}

/// `a/b.rs` and `a/b/mod.rs` are `[a, b]`; the crate's root is empty.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    let mut parts: Vec<_> = path.split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
        parts.pop();
    }
    parts
}

struct Reader<'m> {
    modules: &'m HashMap<Vec<String>, &'m str>,
    /// Names that a `use` binds to modules, with what they mean.
    bound: HashMap<String, Vec<String>>,
    found: BTreeSet<Vec<String>>,
}

impl Reader<'_> {
    /// Reads tokens that stand in the module `own`; only their `use` lines if `names_only`.
    fn read(&mut self, tokens: TokenStream, own: &[String], root: &str, names_only: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if is_test_module(&tokens[at..]) {
                at += 2;
                while !matches!(&tokens[at], TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
                    && !is_punct(&tokens[at], ';')
                {
                    at += 1;
                }
                at += 1;
                continue;
            }
            match &tokens[at] {
                TokenTree::Ident(word) if word == "use" => {
                    let end = at + tokens[at..].iter().position(|token| is_punct(token, ';')).unwrap_or(0);
                    for (path, name) in use_paths(&tokens[at + 1..end.max(at + 1)]) {
                        self.import(&path, name, own, root);
                    }
                    at = end.max(at);
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                        (tokens.get(at + 1), tokens.get(at + 2))
                    {
                        let mut inner = own.to_vec();
                        inner.push(name.to_string());
                        self.read(body.stream(), &inner, root, names_only);
                        at += 2;
                    }
                }
                TokenTree::Ident(_) => {
                    let (path, next) = path_at(&tokens, at);
                    if !names_only && path.len() > 1 {
                        self.refer(&path, own, root);
                    }
                    at = next - 1;
                }
                TokenTree::Group(group) => self.read(group.stream(), own, root, names_only),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }

    fn import(&mut self, path: &[String], name: Option<String>, own: &[String], root: &str) {
        let Some(absolute) = self.absolute(path, own, root) else { return };
        let module = self.longest(&absolute);
        if module == absolute
            && let Some(name) = name.or_else(|| path.last().cloned())
        {
            self.bound.insert(name, absolute);
        }
        self.found.insert(module);
    }

    /// A full path in code, or one that begins with an imported module.
    fn refer(&mut self, path: &[String], own: &[String], root: &str) {
        let absolute = self.absolute(path, own, root).or_else(|| {
            let (first, rest) = path.split_first()?;
            Some(self.bound.get(first)?.iter().chain(rest).cloned().collect())
        });
        if let Some(absolute) = absolute {
            let module = self.longest(&absolute);
            self.found.insert(module);
        }
    }

    /// Nothing for what belongs to another crate.
    fn absolute(&self, path: &[String], own: &[String], root: &str) -> Option<Vec<String>> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            first if first == root => Some(path[1..].to_vec()),
            "crate" => Some(path[1..].to_vec()),
            "self" => Some(own.iter().chain(&path[1..]).cloned().collect()),
            "super" => {
                Some(own[..own.len().saturating_sub(supers)].iter().chain(&path[supers..]).cloned().collect())
            }
            first => {
                let child: Vec<_> = own.iter().cloned().chain([first.to_owned()]).collect();
                self.modules.contains_key(&child).then(|| own.iter().chain(path).cloned().collect())
            }
        }
    }

    /// The module that this path leads into.
    fn longest(&self, path: &[String]) -> Vec<String> {
        let lengths = (0..=path.len()).rev();
        lengths
            .map(|length| path[..length].to_vec())
            .find(|part| self.modules.contains_key(part))
            .unwrap_or_default()
    }
}

/// The paths of a `use` tree, each with its `as` name.
fn use_paths(tokens: &[TokenTree]) -> Vec<(Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    for item in tokens.split(|token| is_punct(token, ',')) {
        let (mut path, mut at, mut name) = (Vec::new(), 0, None);
        while at < item.len() {
            match &item[at] {
                TokenTree::Ident(word) if word == "as" => {
                    name = item.get(at + 1).map(ToString::to_string);
                    at += 1;
                }
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    for (rest, name) in use_paths(&inner) {
                        let rest = if rest == ["self"] { Vec::new() } else { rest };
                        found.push((path.iter().cloned().chain(rest).collect(), name));
                    }
                    path.clear();
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
        if !path.is_empty() {
            found.push((path, name));
        }
    }
    found
}

/// The path that begins at this token (`a::b::c`), and where it ends.
fn path_at(tokens: &[TokenTree], mut at: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        path.push(word.to_string());
        at += 1;
        let is_on = matches!(tokens.get(at), Some(token) if is_punct(token, ':'))
            && matches!(tokens.get(at + 1), Some(token) if is_punct(token, ':'))
            && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)));
        if !is_on {
            break;
        }
        at += 2;
    }
    (path, at)
}

/// `#[cfg(test)] mod …`.
fn is_test_module(tokens: &[TokenTree]) -> bool {
    let [hash, TokenTree::Group(attribute), TokenTree::Ident(word), ..] = tokens else { return false };
    let attribute: String = attribute.stream().to_string().split_whitespace().collect();
    is_punct(hash, '#') && attribute == "cfg(test)" && word == "mod"
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}
