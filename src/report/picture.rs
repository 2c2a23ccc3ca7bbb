//! The owners that matter as a picture: a layered graph in SVG, or Graphviz's language.
//!
//! What an entity is shows in shape and colour alike: listed parties are red octagons, what is
//! certainly reached an orange box, what possibly is a yellow box with round corners and a dashed
//! line, others a grey ellipse. The layout is rust-sugiyama's.

use std::fmt::Write;

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use rust_sugiyama::configure::Config;
use rust_sugiyama::from_graph;
use rustc_hash::FxHashMap;

use super::owners::{Owners, owners_of};
use crate::day::Day;
use crate::expand::{Certainty, Exposure};
use crate::graph::Holding;
use crate::model::{Confidence, EntityId, Interest};
use crate::snapshot::Snapshot;

/// Entities drawn; the rest is folded into one, with a count. More than that nobody reads.
const MOST: usize = 60;

/// Columns of a name in a node before it breaks into another line.
const COLUMNS: usize = 26;

/// Sizes in pixels: of a letter, of a line, between nodes.
const LETTER: f64 = 7.0;
const LINE: f64 = 16.0;
const GAP: f64 = 46.0;
const LAYER: f64 = 96.0;

/// A picture of the owners of an entity.
#[derive(Debug, Clone)]
pub struct Picture {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    title: String,
}

#[derive(Debug, Clone)]
struct Node {
    lines: Vec<String>,
    kind: Kind,
    subject: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Listed,
    Certain,
    Possible,
    Other,
    Folded,
}

#[derive(Debug, Clone)]
struct Edge {
    from: usize,
    to: usize,
    label: String,
    weak: bool,
}

impl Kind {
    fn of(certainty: Option<Certainty>) -> Kind {
        match certainty {
            Some(Certainty::Listed) => Kind::Listed,
            Some(Certainty::Certain) => Kind::Certain,
            Some(Certainty::Possible) => Kind::Possible,
            Some(Certainty::Flag) | None => Kind::Other,
        }
    }

    /// Fill, line, and Graphviz's shape and style.
    fn look(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Kind::Listed => ("#fde2e1", "#b3261e", "octagon", "filled,bold"),
            Kind::Certain => ("#ffe8cc", "#b25e00", "box", "filled"),
            Kind::Possible => ("#fff7c2", "#8a6d00", "box", "filled,rounded,dashed"),
            Kind::Other => ("#f1f3f4", "#5f6368", "ellipse", "filled"),
            Kind::Folded => ("#ffffff", "#5f6368", "note", "filled,dotted"),
        }
    }
}

impl Picture {
    /// The entity with its recorded owners on a day, above them those through whom a listed party
    /// leads to it, and the holdings of its exposures; `certainty` says how an entity is reached.
    pub fn new(
        snapshot: &Snapshot,
        entity: EntityId,
        day: Day,
        exposures: &[Exposure],
        certainty: impl Fn(EntityId) -> Option<Certainty>,
    ) -> Picture {
        let Owners { near, rows } = owners_of(snapshot, entity, day, exposures, &certainty);
        let shown = if near.len() > MOST { MOST - 1 } else { near.len() };
        let mut numbers: FxHashMap<EntityId, usize> = FxHashMap::default();
        let mut nodes = Vec::new();
        for (number, one) in near[..shown].iter().enumerate() {
            let view = snapshot.entity(*one);
            let country = if view.country.is_empty() {
                String::new()
            } else {
                format!(" ({})", view.country)
            };
            let text = format!("{}{country}", view.name);
            let lines =
                textwrap::wrap(&text, COLUMNS).into_iter().map(std::borrow::Cow::into_owned);
            let kind = Kind::of(certainty(*one));
            nodes.push(Node { lines: lines.collect(), kind, subject: *one == entity });
            numbers.insert(*one, number);
        }
        let hidden = near.len() - shown;
        if hidden > 0 {
            let lines = vec![format!("… {hidden} more"), "see --format json".to_owned()];
            nodes.push(Node { lines, kind: Kind::Folded, subject: false });
        }
        let mut edges: Vec<Edge> = Vec::new();
        for row in rows {
            let at = |one: EntityId| numbers.get(&one).copied().unwrap_or(shown);
            let (from, to) = (at(row.holder), at(row.issuer));
            let folded = from == shown || to == shown;
            if folded && (from == to || edges.iter().any(|edge| (edge.from, edge.to) == (from, to)))
            {
                continue;
            }
            let label = if folded { String::new() } else { label(row) };
            let weak = row.terms().confidence != Confidence::Documented;
            edges.push(Edge { from, to, label, weak });
        }
        let title = format!("Owners of {}", snapshot.entity(entity).name);
        Picture { nodes, edges, title }
    }

    /// In Graphviz's language.
    pub fn dot(&self) -> String {
        let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut out =
            String::from("digraph owners {\n  rankdir=TB;\n  node [fontname=\"sans-serif\"];\n");
        let _ = writeln!(out, "  label=\"{}\";", quote(&self.title));
        for (number, node) in self.nodes.iter().enumerate() {
            let (fill, line, shape, style) = node.kind.look();
            let text: Vec<String> = node.lines.iter().map(|line| quote(line)).collect();
            let pen = if node.subject { 3 } else { 1 };
            let _ = writeln!(
                out,
                "  n{number} [label=\"{}\", shape={shape}, style=\"{style}\", fillcolor=\"{fill}\", color=\"{line}\", penwidth={pen}];",
                text.join("\\n")
            );
        }
        for edge in &self.edges {
            let style = if edge.weak { "dashed" } else { "solid" };
            let _ = writeln!(
                out,
                "  n{} -> n{} [label=\"{}\", style={style}];",
                edge.from,
                edge.to,
                quote(&edge.label)
            );
        }
        out + "}\n"
    }

    /// As SVG, holders above what they hold.
    pub fn svg(&self) -> String {
        let sizes: Vec<(f64, f64)> = self.nodes.iter().map(size).collect();
        let places = self.places(&sizes);
        let right = |at: usize| places[at].0 + sizes[at].0 / 2.0;
        let bottom = |at: usize| places[at].1 + sizes[at].1 / 2.0;
        let all = 0..self.nodes.len();
        let width = all.clone().map(right).fold(420.0, f64::max) + GAP;
        let height = all.map(bottom).fold(0.0, f64::max) + GAP + LEGEND;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" role=\"img\">\n<title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\" fill=\"#3c4043\"/></marker></defs>\n",
            escape(&self.title)
        );
        for edge in &self.edges {
            self.line(&mut out, edge, &places, &sizes);
        }
        for (at, node) in self.nodes.iter().enumerate() {
            draw(&mut out, node, places[at], sizes[at]);
        }
        legend(&mut out, height - LEGEND);
        out + "</svg>\n"
    }

    /// The middle of each node: layers from the layout, holders on top.
    fn places(&self, sizes: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let mut graph: StableDiGraph<(), ()> = StableDiGraph::new();
        let nodes: Vec<NodeIndex> = self.nodes.iter().map(|_| graph.add_node(())).collect();
        for edge in self.edges.iter().filter(|edge| edge.from != edge.to) {
            graph.update_edge(nodes[edge.from], nodes[edge.to], ());
        }
        let config = Config { vertex_spacing: GAP, ..Config::default() };
        let layouts = from_graph(&graph, &|node, ()| sizes[node.index()], &config);
        let mut places = vec![(0.0, 0.0); self.nodes.len()];
        let mut left = GAP;
        for (layout, _, _) in layouts {
            let ys: Vec<f64> = layout.iter().map(|(_, (_, y))| *y).collect();
            let mut layers = ys.clone();
            layers.sort_by(f64::total_cmp);
            layers.dedup_by(|a, b| (*a - *b).abs() < 1.0);
            let layer = |y: f64| layers.iter().position(|one| (one - y).abs() < 1.0).unwrap_or(0);
            let least = layout
                .iter()
                .map(|(node, (x, _))| x - sizes[node.index()].0 / 2.0)
                .fold(f64::INFINITY, f64::min);
            let mut most = left;
            for ((node, (x, _)), y) in layout.iter().zip(ys) {
                let at = node.index();
                let depth = u32::try_from(layer(y)).unwrap_or(0);
                places[at] = (x - least + left, GAP + f64::from(depth) * LAYER);
                most = f64::max(most, places[at].0 + sizes[at].0 / 2.0);
            }
            left = most + GAP;
        }
        let down = |edge: &&Edge| places[edge.from].1 < places[edge.to].1;
        let up = |edge: &&Edge| places[edge.from].1 > places[edge.to].1;
        if self.edges.iter().filter(up).count() > self.edges.iter().filter(down).count() {
            let lowest = places.iter().map(|place| place.1).fold(0.0, f64::max);
            places.iter_mut().for_each(|place| place.1 = lowest - place.1 + GAP);
        }
        places
    }

    fn line(&self, out: &mut String, edge: &Edge, places: &[(f64, f64)], sizes: &[(f64, f64)]) {
        let ((x1, y1), (x2, y2)) = (places[edge.from], places[edge.to]);
        let dash = if edge.weak { " stroke-dasharray=\"5 4\"" } else { "" };
        let (path, middle) = if y1 < y2 {
            let (from, to) = (y1 + sizes[edge.from].1 / 2.0, y2 - sizes[edge.to].1 / 2.0);
            let bend = (to - from) / 2.0;
            let path = format!(
                "M{x1:.1} {from:.1}C{x1:.1} {:.1} {x2:.1} {:.1} {x2:.1} {to:.1}",
                from + bend,
                to - bend
            );
            (path, (f64::midpoint(x1, x2), f64::midpoint(from, to)))
        } else {
            // Against the layers: part of a ring, drawn around the side.
            let (a, b) = (x1 + sizes[edge.from].0 / 2.0, x2 + sizes[edge.to].0 / 2.0);
            let out_to = f64::max(a, b) + GAP / 2.0;
            (
                format!("M{a:.1} {y1:.1}C{out_to:.1} {y1:.1} {out_to:.1} {y2:.1} {b:.1} {y2:.1}"),
                (out_to - 8.0, f64::midpoint(y1, y2)),
            )
        };
        let ring = if y1 < y2 { "#3c4043" } else { "#6a1b9a" };
        let _ = writeln!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{ring}\" stroke-width=\"1.4\"{dash} marker-end=\"url(#arrow)\"/>"
        );
        // White below, black above: the label stays readable where lines cross it.
        for look in ["fill=\"#ffffff\" stroke=\"#ffffff\" stroke-width=\"4\"", "fill=\"#202124\""] {
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" {look}>{}</text>",
                middle.0,
                middle.1 + 4.0,
                escape(&edge.label)
            );
        }
    }
}

fn label(row: &Holding) -> String {
    let terms = row.terms();
    let what = match terms.interest {
        Interest::Branch => "branch".to_owned(),
        Interest::Control => "control".to_owned(),
        Interest::Votes => format!("{} votes", terms.range),
        Interest::Equity | Interest::Unspecified => terms.range.to_string(),
    };
    match terms.confidence {
        Confidence::Documented => what,
        other => format!("{what}, {other}"),
    }
}

fn size(node: &Node) -> (f64, f64) {
    let columns = |line: &String| {
        f64::from(u32::try_from(unicode_width::UnicodeWidthStr::width(line.as_str())).unwrap_or(0))
    };
    let widest = node.lines.iter().map(columns).fold(8.0, f64::max);
    let lines = f64::from(u32::try_from(node.lines.len()).unwrap_or(1));
    (widest * LETTER + 30.0, lines * LINE + 18.0)
}

fn draw(out: &mut String, node: &Node, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let (fill, line, _, _) = node.kind.look();
    let pen = if node.subject { 3.0 } else { 1.4 };
    let (left, top, right, bottom) =
        (x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0);
    let look = format!("fill=\"{fill}\" stroke=\"{line}\" stroke-width=\"{pen}\"");
    let _ = match node.kind {
        Kind::Listed => {
            let cut = 10.0;
            writeln!(
                out,
                "<polygon points=\"{:.1},{top:.1} {:.1},{top:.1} {right:.1},{:.1} {right:.1},{:.1} {:.1},{bottom:.1} {:.1},{bottom:.1} {left:.1},{:.1} {left:.1},{:.1}\" {look}/>",
                left + cut,
                right - cut,
                top + cut,
                bottom - cut,
                right - cut,
                left + cut,
                bottom - cut,
                top + cut
            )
        }
        Kind::Certain => writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {look}/>"
        ),
        Kind::Possible => writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"12\" stroke-dasharray=\"6 4\" {look}/>"
        ),
        Kind::Other => writeln!(
            out,
            "<ellipse cx=\"{x:.1}\" cy=\"{y:.1}\" rx=\"{:.1}\" ry=\"{:.1}\" {look}/>",
            width / 2.0,
            height / 2.0
        ),
        Kind::Folded => writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" stroke-dasharray=\"2 3\" {look}/>"
        ),
    };
    let weight = if node.subject { " font-weight=\"bold\"" } else { "" };
    for (number, line) in (0..).zip(&node.lines) {
        let at = top + 9.0 + LINE * (f64::from(number) + 0.78);
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{at:.1}\" text-anchor=\"middle\" fill=\"#202124\"{weight}>{}</text>",
            escape(line)
        );
    }
}

/// Height of the legend.
const LEGEND: f64 = 64.0;

fn legend(out: &mut String, top: f64) {
    let kinds = [
        (Kind::Listed, "listed"),
        (Kind::Certain, "certain"),
        (Kind::Possible, "possible"),
        (Kind::Other, "not reached"),
    ];
    for (number, (kind, word)) in (0..).zip(kinds) {
        let node = Node { lines: vec![word.to_owned()], kind, subject: false };
        let (width, height) = (88.0, 30.0);
        let middle = GAP + 40.0 + f64::from(number) * 98.0;
        draw(out, &node, (middle, top + 24.0), (width, height));
    }
    let _ = writeln!(
        out,
        "<text x=\"{GAP:.1}\" y=\"{:.1}\" fill=\"#5f6368\">dashed line: not documented; violet: part of a ring</text>",
        top + 56.0
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
