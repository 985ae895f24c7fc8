//! A smaller main module for the release. Short names for what the wasm and its JavaScript call each other: wasm-bindgen's
//! end in sixteen characters of hash, which no compression makes shorter. And without the streams of wasm-streams, which
//! are exported whether anything uses them or not.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    io::Write,
    mem,
    path::{Path, PathBuf},
};

use eyre::{Result, WrapErr, bail, eyre};
use wasm_encoder::{CodeSection, EntityType, ExportSection, Function, ImportSection, Module, RawSection};
use wasmparser::{
    ElementItems, ExternalKind, FunctionBody, Operator, OperatorsReader, Parser, Payload, TypeRef,
};

/// The module name that wasm-bindgen gives to its JavaScript.
const JAVASCRIPT: &str = "./stoa_bg.js";
/// What the names of the exports of wasm-streams contain, and its classes in the script.
const STREAM_EXPORT: &str = "intounderlying";
const STREAM_CLASSES: [&str; 3] = ["IntoUnderlyingByteSource", "IntoUnderlyingSink", "IntoUnderlyingSource"];
const BUFFER_BYTES: usize = 64 * 1024;
/// The best that browsers read, as in the rest of the site.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 22;

/// Shortens the names in the main module and its JavaScript in this folder, and compresses both again. Their file names
/// stay: they are hashes of what this function makes the content from.
pub fn shorten(pkg: &Path) -> Result<()> {
    let (wasm_path, script_path) = (only(pkg, "wasm")?, only(pkg, "js")?);
    let wasm = fs::read(&wasm_path)?;
    let mut script = fs::read_to_string(&script_path)?;
    // Numbered in the order of the alphabet, not of the wasm: a script of the same content stays the same beside
    // another wasm.
    let mut short = BTreeMap::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if import.module == JAVASCRIPT {
                        short.insert(import.name, String::new());
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    // Functions of Rust under their mangled names; the loader of chunks knows some of the others.
                    let name = export?.name;
                    if name.starts_with("_R") {
                        short.insert(name, String::new());
                    }
                }
            }
            _ => {}
        }
    }
    if short.keys().any(|name| *name == short_name(0)) {
        // A build that changed nothing left the files of the last one.
        return Ok(());
    }
    for (number, (name, new)) in short.iter_mut().enumerate() {
        *new = short_name(number);
        script = replace_name(&script, name, new).ok_or_else(|| eyre!("{name} is not once in the script"))?;
    }
    for class in STREAM_CLASSES {
        script =
            without_class(&script, class).ok_or_else(|| eyre!("{class} is not in the script, or is used"))?;
    }
    write(&wasm_path, &renamed(&wasm, &short)?)?;
    write(&script_path, script.as_bytes())
}

/// The script without this class, which nothing else in it names: the class itself, and a statement that ends in
/// `free);` and makes it disposable.
fn without_class(script: &str, class: &str) -> Option<String> {
    let start = script.find(&format!("export class {class}{{"))?;
    let end = format!("={class}.prototype.free);");
    let end = start + script[start..].find(&end)? + end.len();
    let rest = format!("{}{}", &script[..start], &script[end..]);
    (!rest.contains(&format!("{class}.")) && !rest.contains(&format!("{class}("))).then_some(rest)
}

fn short_name(number: usize) -> String {
    format!("s{number}")
}

/// The module with these names of imports and exports replaced, and without the exports of wasm-streams and what only
/// they reach.
fn renamed(wasm: &[u8], short: &BTreeMap<&str, String>) -> Result<Vec<u8>> {
    let new_name = |name| short.get(name).map_or(name, String::as_str);
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                let mut imports = ImportSection::new();
                for import in section.into_imports() {
                    let import = import?;
                    let kind =
                        EntityType::try_from(import.ty).map_err(|error| eyre!("{}: {error}", import.name))?;
                    imports.import(import.module, new_name(import.name), kind);
                }
                module.section(&imports);
            }
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                for export in section {
                    let export = export?;
                    if export.name.contains(STREAM_EXPORT) {
                        continue;
                    }
                    exports.export(new_name(export.name), export.kind.into(), export.index);
                }
                module.section(&exports);
            }
            Payload::CodeSectionStart { .. } => {
                let mut code = CodeSection::new();
                for (body, is_reached) in functions(wasm)? {
                    if is_reached {
                        code.raw(body.as_bytes());
                    } else {
                        // Its number stays, so that nothing else has to change.
                        let mut empty = Function::new([]);
                        empty.instructions().unreachable().end();
                        code.function(&empty);
                    }
                }
                module.section(&code);
            }
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    module.section(&RawSection { id, data: &wasm[range] });
                }
            }
        }
    }
    Ok(module.finish())
}

/// The bodies of the module's functions, and whether the exports that stay, tables or globals reach each.
fn functions(wasm: &[u8]) -> Result<Vec<(FunctionBody<'_>, bool)>> {
    let (mut imported, mut waiting, mut bodies) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func && !export.name.contains(STREAM_EXPORT) {
                        waiting.push(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => waiting.push(func),
            Payload::GlobalSection(section) => {
                for global in section {
                    waiting.extend(named(global?.init_expr.get_operators_reader())?);
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    match element?.items {
                        ElementItems::Functions(functions) => {
                            for function in functions {
                                waiting.push(function?);
                            }
                        }
                        ElementItems::Expressions(_, expressions) => {
                            for expression in expressions {
                                waiting.extend(named(expression?.get_operators_reader())?);
                            }
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push((body, false)),
            _ => {}
        }
    }
    while let Some(function) = waiting.pop() {
        let own = (function as usize).checked_sub(imported);
        let Some((body, is_reached)) = own.and_then(|own| bodies.get_mut(own)) else { continue };
        if !mem::replace(is_reached, true) {
            waiting.extend(named(body.get_operators_reader()?)?);
        }
    }
    Ok(bodies)
}

/// The functions that these instructions name.
fn named(mut instructions: OperatorsReader<'_>) -> Result<Vec<u32>> {
    let mut functions = Vec::new();
    while !instructions.eof() {
        if let Operator::Call { function_index }
        | Operator::ReturnCall { function_index }
        | Operator::RefFunc { function_index } = instructions.read()?
        {
            functions.push(function_index);
        }
    }
    Ok(functions)
}

/// The script with this whole name replaced, which must stand there exactly once.
fn replace_name(script: &str, name: &str, new: &str) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut found = script.match_indices(name).filter(|(at, _)| {
        !script[..*at].ends_with(is_part) && !script[at + name.len()..].starts_with(is_part)
    });
    let (at, _) = found.next()?;
    found.next().is_none().then(|| format!("{}{new}{}", &script[..at], &script[at + name.len()..]))
}

/// The main module's file with this ending.
fn only(pkg: &Path, ending: &str) -> Result<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(pkg).wrap_err_with(|| format!("could not read {}", pkg.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if name.starts_with("stoa.") && path.extension() == Some(OsStr::new(ending)) {
            found.push(path);
        }
    }
    match found.as_slice() {
        [path] => Ok(path.clone()),
        _ => bail!("{} main modules (.{ending}) in {}, not one", found.len(), pkg.display()),
    }
}

/// Writes a file, and beside it what servers send to browsers that take Brotli and gzip.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content)?;
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        fs::File::create(PathBuf::from(name))
    };
    let mut brotli =
        brotli::CompressorWriter::new(beside(".br")?, BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW);
    brotli.write_all(content)?;
    brotli.flush()?;
    let mut gzip = flate2::write::GzEncoder::new(beside(".gz")?, flate2::Compression::best());
    gzip.write_all(content)?;
    gzip.finish()?;
    Ok(())
}
