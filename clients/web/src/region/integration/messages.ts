/** The messages of the chapter about integration: the drawing, the diagnoses, and the impact. */
import type { Basis, NodeKind } from "./documents";

const id = {
  intro:
    "Pertukaran data antaraplikasi yang tercatat, dan apa yang dikatakan bentuk jaringannya. Ini diagnosis, bukan level kematangan.",
  basis: "Dasar",
  basisName: {
    RECORDED: "Semua yang tercatat",
    COUNTED: "Hanya yang diperhitungkan",
  } satisfies Record<Basis, string>,
  drawnCounts: (nodes: number, edges: number) =>
    `Gambar memuat ${nodes} simpul dan ${edges} pertukaran data. Pilih sebuah simpul untuk melihat sekelilingnya.`,
  nodesOverLimit: (count: number) => `${count} simpul tidak digambar karena melebihi batas 300.`,
  nodesBeyond: (count: number) => `${count} simpul lain berada lebih jauh atau tidak terhubung.`,
  noEdges: "Belum ada pertukaran data pada dasar ini.",
  description: (nodes: number, edges: number) =>
    `Graf dengan ${nodes} simpul dan ${edges} pertukaran; isinya sama dengan tabel di bawahnya.`,
  kind: {
    APPLICATION: "Aplikasi daerah ini",
    COMMON_APPLICATION: "Aplikasi umum",
    ELSEWHERE: "Inventaris daerah lain",
    NAMED: "Hanya dikenal namanya",
  } satisfies Record<NodeKind, string>,
  counted: "Diperhitungkan",
  notCounted: "Belum diperhitungkan",
  node: (name: string, kind: string, degree: number) => `${name}: ${kind.toLowerCase()}, ${degree} pertukaran`,
  around: "Pusatkan pada",
  everything: "Seluruh graf",
  depth: "Kedalaman",
  table: (nodes: number, edges: number) => `Tabel: ${edges} pertukaran dan ${nodes} simpul`,
  edges: "Pertukaran data",
  nodes: "Simpul",
  from: "Dari",
  to: "Ke",
  data: "Data",
  mode: "Cara",
  counts: "Diperhitungkan",
  notCountedReason: (defects: string) => `belum: ${defects}`,
  name: "Nama",
  nodeKind: "Jenis",
  owner: "Pemilik",
  degree: "Pertukaran",
  choose: "Pusatkan",
  chooseNode: (name: string) => `Pusatkan pada ${name}`,
  impact: (name: string) => `Dampak ${name}`,
  upstream: (count: number, name: string) =>
    count === 0
      ? `${name} tidak menerima data dari aplikasi lain.`
      : `${name} bergantung pada data dari ${count} simpul:`,
  downstream: (count: number, name: string) =>
    count === 0
      ? `Tidak ada yang menerima data dari ${name}.`
      : `Bila ${name} berhenti, ${count} simpul kehilangan data darinya:`,
  noImpact: "Dampak hanya dihitung untuk aplikasi dalam inventaris yang belum dipensiunkan.",
  diagnoses: "Diagnosis",
  diagnosesNote: (applications: number, outside: number, edges: number) =>
    `Dihitung dari ${applications} aplikasi, ${outside} simpul di luar daerah, dan ${edges} pertukaran.`,
  notComputable: "tidak dapat dihitung",
  coverage: {
    title: "Cakupan pertukaran yang lazim diperlukan",
    text: (part: string, total: string, n: number) =>
      `Terpenuhi bobot ${part} dari ${total}, pada ${n} pertukaran yang dapat dinilai. Polanya adalah contoh, bukan ketentuan.`,
    inapplicable: (n: number) =>
      `${n} pola lain tidak dinilai karena belum ada aplikasi yang diketahui di salah satu sisinya.`,
    none: "Tidak ada pertukaran yang dapat dinilai.",
    method: "Jumlah bobot pertukaran yang terwujud dibagi jumlah bobot pertukaran yang dapat dinilai",
    item: (firstSide: string, secondSide: string, data: string | null) =>
      data ? `${firstSide} – ${secondSide}: ${data}` : `${firstSide} – ${secondSide}`,
    realised: "terwujud",
    oneWay: "baru searah",
    notRealised: "belum terwujud",
  },
  bus: {
    title: "Porsi lewat sistem penghubung layanan",
    text: (part: string, total: string) => `${part} dari ${total} pertukaran berlangsung lewat sistem penghubung layanan.`,
    unknown: (n: number) => `Cara ${n} pertukaran tidak diketahui, sehingga porsinya dapat lebih tinggi.`,
    none: "Tidak ada pertukaran untuk dinilai.",
    method: "Pertukaran bermodus penghubung dibagi semua pertukaran pada dasar ini",
  },
  debt: {
    title: "Utang sambungan langsung",
    text: (n: number, total: number) =>
      n === 0
        ? `Tidak ada dari ${total} pertukaran yang memintas sistem penghubung padahal kedua ujungnya sudah tersambung ke sana.`
        : `${n} dari ${total} pertukaran memintas sistem penghubung, padahal kedua ujungnya sudah tersambung ke sana.`,
    none: "Belum ada pertukaran untuk dinilai.",
    method: "Pertukaran lewat API, basis data, atau berkas yang kedua ujungnya punya pertukaran lewat penghubung",
  },
  reciprocity: {
    title: "Timbal balik",
    text: (part: string, total: string) => `${part} dari ${total} pertukaran yang diminta dua arah berjalan dua arah.`,
    none: "Tidak ada pertukaran dua arah yang terwujud, sehingga timbal balik tidak dapat dinilai.",
    method: "Hanya atas pertukaran lazim yang diminta dua arah dan sudah terwujud",
  },
  cutPoints: {
    title: "Titik gagal tunggal",
    text: (n: number, total: number) =>
      n === 0
        ? `Di antara ${total} simpul tidak ada yang kegagalannya memutus simpul lain dari jaringan.`
        : `${n} dari ${total} simpul memutus simpul lain dari jaringan bila gagal.`,
    none: "Belum ada pertukaran, sehingga tidak ada yang dapat terputus.",
    item: (name: string, count: number, cutOff: string) => `${name} memutus ${count} simpul: ${cutOff}`,
    method: "Titik artikulasi graf; yang terputus adalah semua di luar bagian terbesar",
  },
  propagation: {
    title: "Biaya rambatan",
    text: (part: string, total: string, n: number) =>
      `Pada ${part} dari ${total} pasangan berurutan ${n} aplikasi, perubahan pada yang satu dapat sampai ke yang lain.`,
    none: "Belum ada pertukaran antara dua aplikasi, sehingga tidak ada rambatan untuk dinilai.",
    method: "Pasangan berurutan dua aplikasi berbeda yang dihubungkan aliran data, dibagi n(n-1); aplikasi dengan dirinya sendiri tidak dihitung (menurut MacCormack, Baldwin, Lagerström)",
  },
  silo: {
    title: "Indeks silo OPD",
    text: (value: string) =>
      `Modularitas menurut OPD adalah ${value} pada skala -0,5 sampai 1; makin tinggi, makin terkotak per OPD.`,
    unknown: (n: number, total: number) => `${n} dari ${total} aplikasi tidak diketahui OPD-nya dan tidak ikut dihitung.`,
    none: "Tidak ada pertukaran antara aplikasi yang OPD-nya diketahui, sehingga indeks ini tidak dapat dihitung.",
    method: "Modularitas Newman atas pasangan aplikasi yang bertukar data, dengan OPD sebagai kelompok",
  },
  producers: {
    title: "Data dengan beberapa produsen",
    text: (n: number, total: string) =>
      n === 0
        ? `Dari ${total} objek data yang bernama, tidak ada yang diproduksi lebih dari satu aplikasi.`
        : `${n} dari ${total} objek data yang bernama diproduksi lebih dari satu aplikasi; walidatanya perlu ditetapkan.`,
    none: "Belum ada pertukaran yang menyebut objek datanya.",
    item: (data: string, producers: string) => `${data}: ${producers}`,
    method: "Objek data dengan nama yang sama, menurut aplikasi sumbernya",
  },
  isolated: {
    title: "Aplikasi yang belum terhubung",
    text: (n: number, total: number) => `${n} dari ${total} aplikasi belum memiliki pertukaran data pada dasar ini.`,
    none: "Belum ada aplikasi yang tercatat.",
    method: "Aplikasi tanpa pertukaran masuk maupun keluar",
  },
};

const en: typeof id = {
  intro:
    "The data exchanges between applications on record, and what the shape of their graph shows. These are diagnoses, not levels.",
  basis: "Basis",
  basisName: { RECORDED: "All on record", COUNTED: "Those that count only" },
  drawnCounts: (nodes, edges) => `${nodes} nodes and ${edges} exchanges are drawn. Choose a node to see what is around it.`,
  nodesOverLimit: (count) => `${count} nodes are over the limit of 300 and not drawn.`,
  nodesBeyond: (count) => `${count} more nodes are further away or not connected.`,
  noEdges: "There is no exchange on this basis.",
  description: (nodes, edges) =>
    `A graph of ${nodes} nodes and ${edges} exchanges; the table below holds the same.`,
  kind: {
    APPLICATION: "Application of this region",
    COMMON_APPLICATION: "Common application",
    ELSEWHERE: "Another region's inventory",
    NAMED: "Known by name only",
  },
  counted: "Counts",
  notCounted: "Does not count yet",
  node: (name, kind, degree) => `${name}: ${kind.toLowerCase()}, ${degree} exchanges`,
  around: "Around",
  everything: "Whole graph",
  depth: "Depth",
  table: (nodes, edges) => `Table: ${edges} exchanges and ${nodes} nodes`,
  edges: "Data exchanges",
  nodes: "Nodes",
  from: "From",
  to: "To",
  data: "Data",
  mode: "Mode",
  counts: "Counts",
  notCountedReason: (defects) => `no: ${defects}`,
  name: "Name",
  nodeKind: "Kind",
  owner: "Owner",
  degree: "Exchanges",
  choose: "Show around",
  chooseNode: (name) => `Show what is around ${name}`,
  impact: (name) => `Impact of ${name}`,
  upstream: (count, name) =>
    count === 0 ? `${name} gets no data from other applications.` : `${name} depends on data from ${count} nodes:`,
  downstream: (count, name) =>
    count === 0 ? `Nothing gets data from ${name}.` : `If ${name} stops, ${count} nodes lose its data:`,
  noImpact: "Impact is computed for applications of the inventory that are not retired.",
  diagnoses: "Diagnoses",
  diagnosesNote: (applications, outside, edges) =>
    `Computed from ${applications} applications, ${outside} nodes outside the region, and ${edges} exchanges.`,
  notComputable: "cannot be computed",
  coverage: {
    title: "Coverage of required exchanges",
    text: (part, total, n) =>
      `Weight ${part} of ${total} is realised, over ${n} exchanges that apply. The patterns are examples, not law.`,
    inapplicable: (n) => `${n} more patterns do not apply: no application is known at one end.`,
    none: "No exchange applies.",
    method: "Sum of the weights realised over the sum of the weights that apply",
    item: id.coverage.item,
    realised: "realised",
    oneWay: "one way only",
    notRealised: "not realised",
  },
  bus: {
    title: "Share over the service bus",
    text: (part, total) => `${part} of ${total} exchanges are over the service bus.`,
    unknown: (n) => `The mode of ${n} exchanges is unknown, so the share may be higher.`,
    none: "There is no exchange to take a share of.",
    method: "Exchanges over the bus divided by all exchanges of this basis",
  },
  debt: {
    title: "Point-to-point debt",
    text: (n, total) => `${n} of ${total} exchanges go past the bus although both ends are on it.`,
    none: "There is no exchange to judge yet.",
    method: "Exchanges by API, database or file whose ends both have an exchange over the bus",
  },
  reciprocity: {
    title: "Reciprocity",
    text: (part, total) => `${part} of ${total} exchanges that are asked for both ways go both ways.`,
    none: "No exchange that is asked for both ways is realised, so there is nothing to show.",
    method: "Over realised required exchanges that are asked for both ways",
  },
  cutPoints: {
    title: "Single points of failure",
    text: (n, total) => `${n} of ${total} nodes cut others off when they fail.`,
    none: "There is no exchange yet, so nothing can be cut off.",
    item: (name, count, cutOff) => `${name} cuts off ${count} nodes: ${cutOff}`,
    method: "Articulation points of the graph; cut off is all outside the largest part",
  },
  propagation: {
    title: "Propagation cost",
    text: (part, total, n) =>
      `In ${part} of ${total} ordered pairs of ${n} applications, a change of one can reach the other.`,
    none: "No two applications exchange data yet, so no change can reach another application.",
    method: "Pairs of two applications with a way of data between, over n(n-1); an application with itself is not counted (after MacCormack, Baldwin, Lagerström)",
  },
  silo: {
    title: "Silo index by OPD",
    text: (value) => `Modularity by OPD is ${value} on a scale from -0.5 to 1; higher means more silos.`,
    unknown: (n, total) => `${n} of ${total} applications have no known OPD and are left out.`,
    none: "No exchange joins applications of known OPDs, so it cannot be computed.",
    method: "Newman's modularity over pairs of applications that exchange, grouped by OPD",
  },
  producers: {
    title: "Data with several producers",
    text: (n, total) => `${n} of ${total} named data objects are produced by more than one application.`,
    none: "No exchange names its data object yet.",
    item: id.producers.item,
    method: "Data objects of one name, by their source applications",
  },
  isolated: {
    title: "Isolated applications",
    text: (n, total) => `${n} of ${total} applications have no exchange on this basis.`,
    none: "No application is on record yet.",
    method: "Applications with no exchange in or out",
  },
};

export const integration = { id, en };
