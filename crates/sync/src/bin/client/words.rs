//! News items as a comune writes them: about 1 kB of varied Italian each, the same for the same seed.
//!
//! Sync is measured with them, so they must not compress better than people's texts do: several hundred
//! words, sentences of many shapes, numbers, names and dates.

/// A news item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    pub title: String,
    pub body: String,
}

/// Bytes of a body, at least.
const LENGTH: usize = 960;

/// The news items of a seed; as many as are taken.
pub(crate) fn news(seed: u64) -> impl Iterator<Item = News> {
    let mut dice = Dice(seed);
    (1_u32..).map(move |number| {
        let title = fill(dice.pick(&TITLES), &mut dice);
        News {
            title: format!("{title} ({number})"),
            body: body(&mut dice),
        }
    })
}

fn body(dice: &mut Dice) -> String {
    let mut body = String::new();
    while body.len() < LENGTH {
        body.push_str(&fill(dice.pick(&SENTENCES), dice));
        // A paragraph has two or three sentences.
        body.push(if dice.below(5) < 2 { '\n' } else { ' ' });
    }
    body.trim_end().to_owned()
}

/// Puts words into the gaps of a sentence.
fn fill(sentence: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (gap, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&word(gap, dice));
        rest = after;
    }
    out + rest
}

fn word(gap: &str, dice: &mut Dice) -> String {
    match gap {
        "ufficio" => dice.pick(&OFFICES).into(),
        "via" => dice.pick(&STREETS).into(),
        "cosa" => dice.pick(&THINGS).into(),
        "lavoro" => dice.pick(&WORKS).into(),
        "luogo" => dice.pick(&PLACES).into(),
        "chi" => dice.pick(&PEOPLE).into(),
        "persona" => format!("{} {}", dice.pick(&NAMES), dice.pick(&SURNAMES)),
        "giorno" => format!("{} {}", dice.pick(&DAYS), date(dice)),
        "data" => date(dice),
        "ora" => format!("{},{:02}", 7 + dice.below(13), 5 * dice.below(12)),
        "n" => (2 + dice.below(240)).to_string(),
        "euro" => format!("{},{:02} euro", 12 + dice.below(4800), dice.below(100)),
        "tel" => format!("0144 {:05}", 10_000 + dice.below(89_999)),
        "agg" => dice.pick(&ADJECTIVES).into(),
        "verbo" => dice.pick(&VERBS).into(),
        "causa" => dice.pick(&CAUSES).into(),
        _ => String::new(),
    }
}

fn date(dice: &mut Dice) -> String {
    format!("{} {}", 1 + dice.below(28), dice.pick(&MONTHS))
}

/// Chance that can be repeated: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit.max(1)
    }

    fn pick<const N: usize>(&mut self, words: &[&'static str; N]) -> &'static str {
        let limit = u64::try_from(N).unwrap_or(1);
        let index = usize::try_from(self.below(limit)).unwrap_or(0);
        words.get(index).copied().unwrap_or_default()
    }
}

const TITLES: [&str; 24] = [
    "{ufficio} chiuso {giorno}",
    "Lavori in {via}: {lavoro} dal {data}",
    "{cosa}: le domande entro il {data}",
    "Interruzione dell'acqua in {via} {giorno}",
    "Nuovo orario: {ufficio}",
    "Consiglio comunale convocato per {giorno}",
    "Bando per {cosa}",
    "{chi}: incontro {giorno} presso {luogo}",
    "Divieto di sosta in {via} {causa}",
    "Aperte le iscrizioni: {cosa}",
    "Avviso pubblico per {cosa}, {euro}",
    "Allerta meteo {agg} fino al {data}",
    "Raccolta rifiuti: cosa cambia dal {data}",
    "Pagamento di {cosa}: scadenza {data}",
    "Festa patronale: il programma di {giorno}",
    "Mercato del {giorno} spostato in {via}",
    "Elezioni: orari per {cosa}",
    "Disinfestazione in {via} e dintorni",
    "Ricerca di {chi} per {lavoro}",
    "Trasporto scolastico: {n} posti disponibili",
    "Viabilità provinciale: {lavoro} presso {luogo}",
    "Biblioteca: letture per {chi} {giorno}",
    "Contributi a {chi} {causa}",
    "Censimento di {cosa}",
];

const SENTENCES: [&str; 46] = [
    "Si avvisa la cittadinanza che {giorno} {ufficio} resterà chiuso {causa}.",
    "Per informazioni telefonare allo {tel} dalle {ora} alle {ora}, oppure scrivere una e-mail.",
    "Il servizio riprenderà regolarmente {giorno} alle ore {ora}.",
    "Le domande vanno consegnate a mano entro il {data}, complete di {cosa}.",
    "Con ordinanza n. {n} il sindaco ha disposto il divieto di transito in {via} {causa}.",
    "I lavori di {lavoro} interesseranno {via} e {luogo} per circa {n} giorni.",
    "L'importo complessivo dell'intervento è di {euro}, finanziato dalla Regione con {euro}.",
    "Possono partecipare {chi} residenti da almeno {n} mesi nel territorio comunale.",
    "Il modulo è disponibile presso {luogo} e può essere compilato con l'aiuto del personale.",
    "{persona}, responsabile del procedimento, riceve su appuntamento il {giorno}.",
    "In caso di pioggia l'incontro si terrà presso {luogo}, senza necessità di prenotazione.",
    "Si raccomanda a {chi} di {verbo} con la massima attenzione.",
    "La graduatoria provvisoria sarà pubblicata il {data} e diventerà definitiva dopo {n} giorni.",
    "Chi avesse già presentato {cosa} non deve ripetere la richiesta.",
    "Il mezzo di raccolta passerà in {via} a partire dalle {ora}: i contenitori vanno esposti la sera prima.",
    "L'amministrazione ringrazia {chi} per la collaborazione {agg} dimostrata in questi mesi.",
    "Durante l'intervento potranno verificarsi abbassamenti di pressione e acqua torbida in {via}.",
    "La Protezione civile ha diramato un avviso di criticità {agg} valido fino alle {ora} del {data}.",
    "È vietato {verbo} nei pressi di {luogo} fino a nuova comunicazione.",
    "Il consiglio è convocato in seduta pubblica alle ore {ora}; all'ordine del giorno {n} argomenti.",
    "Tra i punti in discussione figurano {cosa}, {lavoro} e la variazione al bilancio di {euro}.",
    "Il pulmino partirà da {luogo} alle {ora} e tornerà verso le {ora}.",
    "La quota è di {euro} a persona; i minori di {n} anni entrano gratuitamente.",
    "Per i residenti con difficoltà motorie è previsto un servizio {agg}, da richiedere allo {tel}.",
    "Il contributo non è cumulabile con {cosa} già riconosciuto per lo stesso anno.",
    "Nel corso della serata {persona} presenterà una ricerca su {luogo} attraverso i documenti d'archivio.",
    "La fornitura elettrica sarà sospesa in {via} dalle {ora} alle {ora} {causa}.",
    "Si invitano i proprietari frontisti a {verbo} lungo i confini entro il {data}.",
    "La ditta incaricata del {lavoro} ha comunicato un ritardo di {n} giorni rispetto al cronoprogramma.",
    "Le offerte devono pervenire al protocollo in busta chiusa, con l'indicazione «{cosa}».",
    "Alla cerimonia prenderanno parte {chi}, la banda musicale e {persona} in rappresentanza della Provincia.",
    "Il ritiro di {cosa} è possibile soltanto previa esibizione di un documento di identità valido.",
    "Nelle scuole dell'infanzia l'attività didattica proseguirà con orario {agg}.",
    "L'ambulatorio è trasferito temporaneamente presso {luogo}, primo piano, ingresso da {via}.",
    "Sono stati raccolti {n} chilogrammi di materiale ingombrante, un dato {agg} rispetto allo scorso anno.",
    "Rimane comunque possibile {verbo} tramite il portale nazionale con le proprie credenziali.",
    "La visita guidata, condotta da {persona}, richiede calzature adatte e circa {n} minuti di cammino.",
    "Il termine, inizialmente fissato al {data}, è prorogato al {data} {causa}.",
    "Il parcheggio di {luogo} sarà riservato a {chi} per l'intera giornata di {giorno}.",
    "Eventuali osservazioni possono essere presentate da {chi} mediante {cosa} in carta semplice.",
    "Il personale volontario sarà riconoscibile dalla pettorina e non chiederà denaro per nessun motivo.",
    "La prova pratica consisterà in {lavoro}; il colloquio orale seguirà il {data}.",
    "Si ricorda che {verbo} senza autorizzazione comporta una sanzione da {euro} a {euro}.",
    "Grazie all'accordo con {chi}, lo sportello resterà aperto anche il sabato fino alle {ora}.",
    "Hanno aderito finora {n} famiglie; l'obiettivo {agg} è raggiungere l'intero concentrico entro il {data}.",
    "I rilievi topografici presso {luogo} saranno eseguiti da {persona}, geometra incaricato.",
];

const OFFICES: [&str; 18] = [
    "l'ufficio anagrafe",
    "l'ufficio tecnico",
    "lo sportello tributi",
    "la biblioteca civica",
    "la segreteria comunale",
    "l'ufficio di stato civile",
    "lo sportello unico edilizia",
    "il centro di raccolta",
    "l'ambulatorio medico",
    "l'ufficio elettorale",
    "la polizia municipale",
    "l'ufficio scuola",
    "il servizio sociale",
    "l'economato",
    "l'archivio storico",
    "la ragioneria",
    "il protocollo",
    "il museo contadino",
];

const STREETS: [&str; 28] = [
    "via Roma",
    "piazza Barbero",
    "strada della Langa",
    "via San Giovanni",
    "regione Tassara",
    "vicolo del Forno",
    "via Cavour",
    "borgata Serra",
    "piazza Vittorio Veneto",
    "strada provinciale 56",
    "via Monte Bianco",
    "località Ovrano",
    "via della Fontana",
    "corso Dante",
    "via Gramsci",
    "frazione Sessania",
    "via Alessandria",
    "salita al Castello",
    "regione Campolungo",
    "via Maestra",
    "piazza della Chiesa",
    "strada Vallerana",
    "via dei Caduti",
    "borgo Sottano",
    "via Pietro Micca",
    "regione Boglioli",
    "largo Garibaldi",
    "via Bormida",
];

const THINGS: [&str; 44] = [
    "l'assegno di maternità",
    "il bonus idrico",
    "la tassa sui rifiuti",
    "l'imposta municipale",
    "il cambio di residenza",
    "la carta d'identità elettronica",
    "i buoni mensa",
    "la borsa di studio",
    "il permesso di costruire",
    "l'occupazione di suolo pubblico",
    "la tessera elettorale",
    "il contributo per l'affitto",
    "le luci votive",
    "la concessione di loculi",
    "il censimento dei pozzi",
    "la dichiarazione di successione",
    "il tesserino per i funghi",
    "la raccolta dei tartufi",
    "il servizio civile universale",
    "l'albo dei giudici popolari",
    "gli scrutatori",
    "la gestione del campo sportivo",
    "l'affidamento del bar",
    "la vendita di legname",
    "i danni della grandine",
    "l'accensione dei fuochi",
    "la piscina intercomunale",
    "il centro estivo",
    "il corso di informatica",
    "la colonnina di ricarica",
    "la fibra ottica",
    "la certificazione energetica",
    "l'isola ecologica",
    "il compostaggio domestico",
    "lo sgombero della neve",
    "la vaccinazione antinfluenzale",
    "la cessione di fabbricato",
    "la dote scuola",
    "i libri di testo",
    "il piano regolatore",
    "la variante strutturale",
    "il rendiconto di gestione",
    "la ricognizione dei beni",
    "l'estratto di matrimonio",
];

const WORKS: [&str; 24] = [
    "asfaltatura",
    "rifacimento della rete fognaria",
    "potatura dei tigli",
    "consolidamento del versante",
    "posa di cavi sotterranei",
    "manutenzione del ponte",
    "pulizia delle caditoie",
    "segnaletica orizzontale",
    "restauro del campanile",
    "sostituzione dei lampioni",
    "ripristino del guard-rail",
    "scavo archeologico",
    "bonifica dall'amianto",
    "sfalcio dei cigli",
    "costruzione del marciapiede",
    "adeguamento sismico",
    "impermeabilizzazione del tetto",
    "abbattimento delle barriere",
    "riqualificazione dei giardini",
    "regimazione delle acque",
    "tinteggiatura delle aule",
    "collaudo dell'ascensore",
    "rimozione della frana",
    "allacciamento del metano",
];

const PLACES: [&str; 26] = [
    "il palazzo comunale",
    "la sala consiliare",
    "il salone parrocchiale",
    "la torre medievale",
    "la pro loco",
    "il cimitero",
    "la scuola primaria",
    "il campo da bocce",
    "la cantina sociale",
    "il lavatoio",
    "la stazione ferroviaria",
    "il circolo degli alpini",
    "la pieve romanica",
    "la palestra",
    "il mulino vecchio",
    "l'area camper",
    "il peso pubblico",
    "la farmacia",
    "il parco giochi",
    "l'ex caserma",
    "il santuario",
    "la casa di riposo",
    "la stazione dei carabinieri",
    "il belvedere",
    "la confraternita dei Battuti",
    "il capannone consortile",
];

const PEOPLE: [&str; 24] = [
    "gli anziani soli",
    "le famiglie numerose",
    "gli agricoltori",
    "i giovani sotto i trent'anni",
    "le associazioni",
    "i commercianti",
    "gli allevatori di capre",
    "i proprietari di seconde case",
    "gli studenti pendolari",
    "i volontari antincendio",
    "le imprese artigiane",
    "i genitori",
    "gli apicoltori",
    "i viticoltori",
    "i cacciatori iscritti",
    "i titolari di licenza",
    "le persone con disabilità",
    "gli utenti dell'acquedotto",
    "i donatori di sangue",
    "i neolaureati",
    "le cooperative",
    "gli escursionisti",
    "i cantori",
    "i disoccupati",
];

const NAMES: [&str; 26] = [
    "Maria", "Giovanni", "Lucia", "Pietro", "Carla", "Franco", "Elena", "Mario", "Teresa",
    "Giuseppe", "Anna", "Bruno", "Silvana", "Aldo", "Daniela", "Renzo", "Marta", "Secondo",
    "Ivana", "Ettore", "Paola", "Guido", "Rosanna", "Dario", "Chiara", "Walter",
];

const SURNAMES: [&str; 28] = [
    "Rossi",
    "Gallo",
    "Bianco",
    "Nervi",
    "Garbarino",
    "Poggio",
    "Cirio",
    "Barbero",
    "Penna",
    "Rapetti",
    "Moretti",
    "Dogliotti",
    "Colla",
    "Gallareto",
    "Abrile",
    "Bogliolo",
    "Marconi",
    "Visconti",
    "Ferrero",
    "Ghione",
    "Tardito",
    "Blengio",
    "Cavallero",
    "Merlo",
    "Stanga",
    "Vergellato",
    "Ivaldi",
    "Levo",
];

const DAYS: [&str; 7] = [
    "lunedì",
    "martedì",
    "mercoledì",
    "giovedì",
    "venerdì",
    "sabato",
    "domenica",
];

const MONTHS: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];

const ADJECTIVES: [&str; 20] = [
    "ridotto",
    "straordinario",
    "gratuito",
    "ordinario",
    "arancione",
    "sensibile",
    "costante",
    "provvisorio",
    "dedicato",
    "notevole",
    "preciso",
    "generosa",
    "positivo",
    "continuato",
    "flessibile",
    "idrogeologica",
    "moderato",
    "prioritario",
    "significativo",
    "incoraggiante",
];

const VERBS: [&str; 20] = [
    "bruciare sterpaglie",
    "sostare con gli automezzi",
    "abbandonare rifiuti",
    "prelevare acqua",
    "tagliare la vegetazione",
    "circolare senza catene",
    "attingere dalle fontane",
    "conferire scarti verdi",
    "pagare con bollettino",
    "scegliere il medico",
    "prenotare la visita",
    "verificare le grondaie",
    "controllare il contatore",
    "parcheggiare in doppia fila",
    "lasciare liberi i cani",
    "segnalare i guasti",
    "seguire le deviazioni",
    "conservare la ricevuta",
    "aggiornare i propri dati",
    "installare le antenne",
];

const CAUSES: [&str; 20] = [
    "per ferie",
    "a causa del maltempo",
    "per lavori urgenti",
    "in occasione della fiera",
    "per assenza del personale",
    "per la caduta di un albero",
    "a seguito di una perdita",
    "per ragioni di sicurezza",
    "su richiesta della prefettura",
    "per la gara ciclistica",
    "in attesa del collaudo",
    "per una riunione sindacale",
    "per consultazione referendaria",
    "dopo il sopralluogo dei vigili del fuoco",
    "per aggiornamento dei sistemi",
    "in seguito al nubifragio",
    "per il passaggio della processione",
    "dovuto al gelo notturno",
    "per disposizione dell'azienda sanitaria",
    "nell'ambito del progetto europeo",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_same_seed_writes_the_same_news() {
        let some = |seed| news(seed).take(5).collect::<Vec<_>>();
        assert_eq!(some(1), some(1));
        assert_ne!(some(1), some(2));
    }

    #[test]
    fn an_item_has_about_a_kilobyte_and_the_words_are_many() {
        let items: Vec<News> = news(3).take(200).collect();
        let bytes: usize = items.iter().map(|item| item.body.len()).sum();
        assert!((960..1_250).contains(&(bytes / 200)), "{bytes}");
        let words: BTreeSet<&str> = items
            .iter()
            .flat_map(|item| item.body.split(|c: char| !c.is_alphabetic()))
            .collect();
        assert!(words.len() > 600, "{}", words.len());
        assert!(items.iter().all(|item| !item.body.contains(['{', '}'])));
    }
}
