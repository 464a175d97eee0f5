import { languageOf } from '../installations/operator-locale.ts';

/** Every text of the visitor profile that an agent sees. */
export interface Labels {
  crmProfile: string;
  name: string;
  email: string;
  phone: string;
  city: string;
  country: string;
  externalId: string;
  group: string;
  accountManager: string;
  openChat: string;
  conversation: string;
  agent: string;
  satisfaction: string;
  inProgress: string;
  addNote: string;
  openCrm: string;
  noteAdded: string;
  noChat: string;
  chatOver: string;
  noCrmLink: string;
  unknownAction: string;
}

const TEXTS: Record<string, Labels> = {
  en: {
    crmProfile: 'CRM profile',
    name: 'Name',
    email: 'E-mail',
    phone: 'Phone',
    city: 'City',
    country: 'Country',
    externalId: 'Customer number',
    group: 'Group',
    accountManager: 'Account manager',
    openChat: 'Open chat',
    conversation: 'Conversation',
    agent: 'Agent',
    satisfaction: 'Satisfaction',
    inProgress: 'in progress',
    addNote: 'Add a note to the chat',
    openCrm: 'Open in the CRM',
    noteAdded: 'The note was added to the chat.',
    noChat: 'This conversation has no chat to add a note to.',
    chatOver: 'The chat of this conversation is over, so no note was added.',
    noCrmLink: 'The CRM page of this visitor is not known.',
    unknownAction: 'This action is not known here.',
  },
  fr: {
    crmProfile: 'Fiche CRM',
    name: 'Nom',
    email: 'E-mail',
    phone: 'Téléphone',
    city: 'Ville',
    country: 'Pays',
    externalId: 'Numéro client',
    group: 'Groupe',
    accountManager: 'Responsable du compte',
    openChat: 'Chat ouvert',
    conversation: 'Conversation',
    agent: 'Agent',
    satisfaction: 'Satisfaction',
    inProgress: 'en cours',
    addNote: 'Ajouter une note au chat',
    openCrm: 'Ouvrir dans le CRM',
    noteAdded: 'La note a été ajoutée au chat.',
    noChat: 'Cette conversation n’a pas de chat où ajouter une note.',
    chatOver: 'Le chat de cette conversation est terminé : aucune note n’a été ajoutée.',
    noCrmLink: 'La fiche CRM de ce visiteur n’est pas connue.',
    unknownAction: 'Cette action n’est pas connue ici.',
  },
  de: {
    crmProfile: 'CRM-Profil',
    name: 'Name',
    email: 'E-Mail',
    phone: 'Telefon',
    city: 'Ort',
    country: 'Land',
    externalId: 'Kundennummer',
    group: 'Gruppe',
    accountManager: 'Kundenbetreuer',
    openChat: 'Offener Chat',
    conversation: 'Gespräch',
    agent: 'Agent',
    satisfaction: 'Zufriedenheit',
    inProgress: 'läuft',
    addNote: 'Notiz zum Chat hinzufügen',
    openCrm: 'Im CRM öffnen',
    noteAdded: 'Die Notiz wurde zum Chat hinzugefügt.',
    noChat: 'Zu diesem Gespräch gibt es keinen Chat für eine Notiz.',
    chatOver: 'Der Chat dieses Gesprächs ist beendet; es wurde keine Notiz hinzugefügt.',
    noCrmLink: 'Die CRM-Seite dieses Besuchers ist nicht bekannt.',
    unknownAction: 'Diese Aktion ist hier nicht bekannt.',
  },
  es: {
    crmProfile: 'Perfil CRM',
    name: 'Nombre',
    email: 'Correo electrónico',
    phone: 'Teléfono',
    city: 'Ciudad',
    country: 'País',
    externalId: 'Número de cliente',
    group: 'Grupo',
    accountManager: 'Gestor de cuenta',
    openChat: 'Chat abierto',
    conversation: 'Conversación',
    agent: 'Agente',
    satisfaction: 'Satisfacción',
    inProgress: 'en curso',
    addNote: 'Añadir una nota al chat',
    openCrm: 'Abrir en el CRM',
    noteAdded: 'La nota se ha añadido al chat.',
    noChat: 'Esta conversación no tiene un chat donde añadir una nota.',
    chatOver: 'El chat de esta conversación ha terminado; no se ha añadido ninguna nota.',
    noCrmLink: 'No se conoce la página CRM de este visitante.',
    unknownAction: 'Esta acción no se conoce aquí.',
  },
  it: {
    crmProfile: 'Profilo CRM',
    name: 'Nome',
    email: 'E-mail',
    phone: 'Telefono',
    city: 'Città',
    country: 'Paese',
    externalId: 'Numero cliente',
    group: 'Gruppo',
    accountManager: 'Responsabile del cliente',
    openChat: 'Chat aperta',
    conversation: 'Conversazione',
    agent: 'Agente',
    satisfaction: 'Soddisfazione',
    inProgress: 'in corso',
    addNote: 'Aggiungi una nota alla chat',
    openCrm: 'Apri nel CRM',
    noteAdded: 'La nota è stata aggiunta alla chat.',
    noChat: 'Questa conversazione non ha una chat a cui aggiungere una nota.',
    chatOver: 'La chat di questa conversazione è terminata: nessuna nota aggiunta.',
    noCrmLink: 'La pagina CRM di questo visitatore non è nota.',
    unknownAction: 'Questa azione non è nota qui.',
  },
  pt: {
    crmProfile: 'Perfil CRM',
    name: 'Nome',
    email: 'E-mail',
    phone: 'Telefone',
    city: 'Cidade',
    country: 'País',
    externalId: 'Número de cliente',
    group: 'Grupo',
    accountManager: 'Gestor de conta',
    openChat: 'Chat aberto',
    conversation: 'Conversa',
    agent: 'Agente',
    satisfaction: 'Satisfação',
    inProgress: 'em curso',
    addNote: 'Adicionar uma nota ao chat',
    openCrm: 'Abrir no CRM',
    noteAdded: 'A nota foi adicionada ao chat.',
    noChat: 'Esta conversa não tem um chat onde adicionar uma nota.',
    chatOver: 'O chat desta conversa terminou; nenhuma nota foi adicionada.',
    noCrmLink: 'A página CRM deste visitante não é conhecida.',
    unknownAction: 'Esta ação não é conhecida aqui.',
  },
  nl: {
    crmProfile: 'CRM-profiel',
    name: 'Naam',
    email: 'E-mail',
    phone: 'Telefoon',
    city: 'Plaats',
    country: 'Land',
    externalId: 'Klantnummer',
    group: 'Groep',
    accountManager: 'Accountmanager',
    openChat: 'Open chat',
    conversation: 'Gesprek',
    agent: 'Agent',
    satisfaction: 'Tevredenheid',
    inProgress: 'bezig',
    addNote: 'Notitie aan de chat toevoegen',
    openCrm: 'Openen in het CRM',
    noteAdded: 'De notitie is aan de chat toegevoegd.',
    noChat: 'Dit gesprek heeft geen chat om een notitie aan toe te voegen.',
    chatOver: 'De chat van dit gesprek is voorbij; er is geen notitie toegevoegd.',
    noCrmLink: 'De CRM-pagina van deze bezoeker is niet bekend.',
    unknownAction: 'Deze actie is hier niet bekend.',
  },
  pl: {
    crmProfile: 'Profil CRM',
    name: 'Imię i nazwisko',
    email: 'E-mail',
    phone: 'Telefon',
    city: 'Miasto',
    country: 'Kraj',
    externalId: 'Numer klienta',
    group: 'Grupa',
    accountManager: 'Opiekun klienta',
    openChat: 'Otwarty czat',
    conversation: 'Rozmowa',
    agent: 'Agent',
    satisfaction: 'Ocena',
    inProgress: 'w toku',
    addNote: 'Dodaj notatkę do czatu',
    openCrm: 'Otwórz w CRM',
    noteAdded: 'Notatka została dodana do czatu.',
    noChat: 'Ta rozmowa nie ma czatu, do którego można dodać notatkę.',
    chatOver: 'Czat tej rozmowy jest zakończony, notatki nie dodano.',
    noCrmLink: 'Strona CRM tego klienta nie jest znana.',
    unknownAction: 'Ta akcja nie jest tu znana.',
  },
  sv: {
    crmProfile: 'CRM-profil',
    name: 'Namn',
    email: 'E-post',
    phone: 'Telefon',
    city: 'Ort',
    country: 'Land',
    externalId: 'Kundnummer',
    group: 'Grupp',
    accountManager: 'Kundansvarig',
    openChat: 'Öppen chatt',
    conversation: 'Konversation',
    agent: 'Agent',
    satisfaction: 'Nöjdhet',
    inProgress: 'pågår',
    addNote: 'Lägg till en anteckning i chatten',
    openCrm: 'Öppna i CRM',
    noteAdded: 'Anteckningen har lagts till i chatten.',
    noChat: 'Den här konversationen har ingen chatt att lägga till en anteckning i.',
    chatOver: 'Konversationens chatt är avslutad, så ingen anteckning lades till.',
    noCrmLink: 'Besökarens CRM-sida är inte känd.',
    unknownAction: 'Den här åtgärden är inte känd här.',
  },
};

/** The likeliest locale of the chain that we have texts in; its region stays, since dates go by it. */
export function chooseLocale(chain: readonly string[]): string {
  return chain.find((locale) => languageOf(locale) in TEXTS) ?? 'en';
}

/** `locale`: one that `chooseLocale` gave. */
export function labelsOf(locale: string): Labels {
  const labels = TEXTS[languageOf(locale)] ?? TEXTS['en'];
  if (!labels) throw new Error('English texts are always there');
  return labels;
}
