"""Short forms and spellings of one given name, in the traditions of people who live in the United Kingdom.

Compiled for this project from general knowledge of how the names are used (facts, no source copied), except
`english.py`. `root: form form? ...`; a question mark marks a root that a form stands for less often. Roots and
forms are folded: a-z, no marks. Data only.
"""

BRITISH = """
abigail: abi abbie abby gail?
adam: ads
alan: al
alexander: alex xander sandy ally? lex
alexandra: alex? lexi sandra? alexa sasha?
alfred: alf alfie fred?
alistair: alasdair alastair alister ali? al?
amelia: milly millie mia? amy?
andrew: andy drew
angela: angie ange
anthony: tony ant antony
antonia: toni
arthur: art archie?
barbara: barb babs barbie
barry: baz bazza
beatrice: bea bee trixie beatrix
benjamin: ben benny benji
bernard: bernie
bethany: beth
beverley: bev beverly
bridget: bridie biddy
cameron: cam
carol: caz? carole
caroline: caz carrie caro lina?
catherine: cath cathy kate katie katy kitty cat kath kathy katherine kathryn cathryn katharine kat
charles: charlie chas chaz chuck
charlotte: lottie charlie? lotte char
christina: tina chrissie kirsty? chris?
christine: chrissie chris? tina?
christopher: chris kit topher
claire: clare
clifford: cliff
constance: connie
cynthia: cindy
daniel: dan danny
danielle: dani danni
darren: daz dazza daren darran
david: dave davey davy dai
deborah: debbie deb debs debra
delroy: del
derek: del del derrick
dominic: dom
donald: don donny
dorothy: dot dottie dolly
edward: ed eddie ted teddy ned
eleanor: ellie nell nellie elinor elenor nora?
elizabeth: liz lizzie beth betty bess eliza libby lisa? elsie? betsy elspeth?
ellen: nell? ellie?
emily: em emmy emmie millie?
emma: em? ems
florence: flo florrie flossie
frances: fran frankie? francesca?
francesca: fran? chess chessie frankie?
francis: frank frankie
frederick: fred freddie freddy
gareth: gaz gary? gaz
gary: gaz gazza garry
geoffrey: geoff jeff jeffrey
george: georgie
georgina: georgie? gina georgia?
gerald: gerry jerry ged
gillian: gill jill jilly
gladys: glad
gordon: gord gordy
graham: graeme grahame gray
gregory: greg
harold: harry? hal
harriet: hattie harri
helen: nell? helena?
henry: harry hal hank
hilary: hil
imogen: immy immie imo
isabel: isobel isabelle isabella bella izzy bel issy belle
jacob: jake
jacqueline: jackie jacqui jacky jackie
james: jim jimmy jamie jay? jem
jane: janie jenny?
janet: jan
janice: jan?
jasmine: jas? jaz jazz yasmin
jason: jase jay
jennifer: jen jenny jenna jennie
jeremy: jez jezza jerry?
jessica: jess jessie
joanna: jo joanne joann
jodie: jo? jody jodi
john: jack johnny jon jonny
jonathan: jon? jonny? jonathon johnathan
joseph: joe joey
josephine: jo? josie
joshua: josh
judith: judy jude
julia: julie jules
karen: kaz karin
kayleigh: kay kayley kayleigh
kenneth: ken kenny
kevin: kev
kimberley: kim kimberly
laura: loz lauz laurie
lauren: loz? lozza loren
lawrence: larry laurie? laurence lol
leonard: len lenny leo?
leslie: les lesley
lewis: lew louis
lillian: lil lily lilian
linda: lin lindy lynda
louise: lou lulu
lucy: luce
lynn: lynne lyn
madeleine: maddie maddy madeline
malcolm: mal malc
margaret: maggie meg peggy peg marge madge maisie? greta rita? mags
marian: marion
mark: marc marky
martin: marty martyn
mary: molly? polly? mae may? moll
matthew: matt matty mat
matilda: tilly tilda mattie
maureen: mo? maur
maxwell: max
megan: meg? megs meghan
melanie: mel
melissa: mel? missy
michael: mike mick mickey micky mikey mic
michelle: shell chelle shelley
mohammed: mo
natalie: nat nats
natasha: tash tasha nat?
nathan: nate nath
nathaniel: nat? nate?
neil: neal niall?
nicholas: nick nicky nico nic nicolas
nicola: nic? nicky? nikki nicki nichola
norman: norm
oliver: ollie olly
olivia: liv livvy livvie olly?
oscar: ozzy
pamela: pam pammy
patricia: pat patsy tricia trish patty
patrick: pat? paddy pat patsy?
penelope: penny pen
peter: pete petey
philip: phil phillip pip
phillipa: pippa pip? philippa
rachel: rach rachael rae
raymond: ray
rebecca: becky becca bex becks beck
reginald: reg reggie
richard: rick ricky rich richie dick dickie ritchie
robert: bob rob bobby robbie bert? robin? rab rabbie robby
rodney: rod roddy
roger: rog
ronald: ron ronnie
rosemary: rose rosie rosy
russell: russ
ryan: ry
samantha: sam sammy mantha
samuel: sam? sammy? sam
sandra: sandy? sand
sarah: sally? sadie? sara saz
scott: scotty
sebastian: seb bas baz? bastian
sharon: shaz shazza shaz
sheila: shelagh
sidney: sid sydney
simon: si sime
sophie: soph sophia sofia
stanley: stan
stephanie: steph stef steffi
stephen: steve stevie ste steven steph? stephan
stewart: stu stuart stew
susan: sue suzie susie suzanne suzy su
sylvia: syl sylv
tabitha: tabby
terence: terry tel
teresa: terry? tess tessa theresa terri tracey?
theodore: theo ted?
thomas: tom tommy thom
timothy: tim timmy
tracey: trace tracy
trevor: trev
tyrone: ty
tyler: ty?
valerie: val
vanessa: ness nessa
veronica: ronnie? vron
victor: vic
victoria: vicky vicki tori tory vic? vikki
vincent: vince vinny vin
vivian: viv vivien vivienne
walter: wally walt
wayne: waz
wendy: wend
wilfred: wilf
william: bill billy will willie liam? wills
winifred: win winnie freda?
yvonne: vonnie evonne
zachary: zac zack zak zach
"""

IRISH = """
aisling: ashling aislinn ash
aoife: eefa
bernadette: bernie? bern detta
bridget: brid breda bridie breege brigid
brendan: bren
caoimhe: keeva kweeva
cathal: cahal
cian: keane kian
ciara: keira kiera keara
ciaran: kieran kieron keiran
concepta: connie?
cornelius: con neilus
daithi: dave?
deirdre: dee dierdre
diarmuid: dermot dermott diarmaid jerry?
eamon: eamonn ned?
eileen: eily aileen
eoghan: owen eoin euan
fionnuala: nuala finola fionnghuala
grainne: grania
liam: william?
mairead: maread
maeve: meabh medb meadhbh
margaret: peig
michael: micheal mícheál mick mickey
niamh: neve nieve
noreen: nora norah
oisin: osheen ossian
padraig: patrick paddy padraic pauric podge porick
patrick: packie pa
ruairi: rory ruaidhri ruari ruairidh rory
roisin: rosheen rose?
saoirse: sersha seersha
seamus: james? shamus
sean: shane? shaun shawn john?
sinead: shinead
siobhan: shevaun chevonne shiv
sorcha: sarah?
tadhg: teigue tim? tadgh
una: oonagh oona
elizabeth: eilis? eibhlis?
francis: proinsias
jane: sinead?
john: eoin? jonjo
james: shay?
margaret: mairead?
mary: maire maura? moira?
patrick: paudie patsy?
saoirse: sorsha
seamus: shay
"""

SCOTTISH = """
agnes: nessie senga aggie
ailsa: ails
alasdair: alistair alastair ally
catriona: katrina trina cat? catrina
duncan: dunc
eilidh: ailie ayley
euan: ewan ewen euan
elspeth: elsie? eppie
fiona: fi fee
fergus: gus
grigor: gregor greg?
hamish: seumas
hector: heckie
hugh: shug hughie shuggie
iain: ian
isla: ila
isobel: bel? ishbel iseabail ibby
james: jimmie jamesie
kirsty: kirstie kirsten? kirsteen
mairi: mhairi vari mary?
malcolm: calum?
calum: callum
morag: moraig
robert: rab rabbie
ruaridh: rory ruairidh
shona: seonaid shonagh
william: wullie wull billy
james: hamish?
jean: sine?
margaret: mysie
"""

WELSH = """
angharad: harri?
bronwen: bron bronwyn
carys: cerys caris
catrin: cat? cati catherine?
dafydd: dai david? taff
eleri: el
elinor: nel
evan: ieuan ifan iwan
geraint: ger
gwenllian: gwen llian
gwyneth: gwen? gwyn?
gwendoline: gwen? wendy?
llewellyn: llew lyn llywelyn
llyr: lear
myfanwy: myf fanny?
rhiannon: rhi non
rhys: reece rees reese
sian: shan jane?
sioned: shoned janet?
steffan: stephen? steff
"""

POLISH = """
agnieszka: aga agusia agnes?
aleksandra: ola olka alexandra?
aleksander: olek alex? alexander?
andrzej: jedrek andrew?
anna: ania anka anula
barbara: basia baska
bartosz: bartek bartlomiej
beata: beatka
boguslaw: bogus bodzio
dariusz: darek
dorota: dorotka
elzbieta: ela elka elizabeth?
ewa: ewka ewunia eva
franciszek: franek
genowefa: gienia
grzegorz: grzesiek grzes greg? gregory?
halina: halinka
henryk: heniek
iwona: iwonka ivona
jacek: jacus
jakub: kuba jacob?
jan: janek jas? jasiek john?
jaroslaw: jarek
jerzy: jurek george?
joanna: asia aska
jozef: jozek joseph?
justyna: justynka justine?
kamil: kamilek
katarzyna: kasia kaska kaja catherine?
kazimierz: kazik kazek
konrad: konradek
krystyna: krysia kryska christina?
krzysztof: krzysiek krzys chris? christopher?
leszek: lech leslaw
lucyna: lucynka
lukasz: lukaszek lucas lukas
maciej: maciek
magdalena: magda lena? madzia
malgorzata: gosia goska malgosia margaret?
marcin: martin? marcinek
marek: mark? mareczek
maria: marysia marylka
mateusz: matti matthew? mati
michal: michalek michael?
miroslaw: mirek
monika: monia monica
natalia: natalka
pawel: pawelek paul? pawlo
piotr: piotrek piotrus peter?
przemyslaw: przemek
radoslaw: radek
rafal: rafalek rafael?
ryszard: rysiek richard?
slawomir: slawek
stanislaw: staszek stasiek stan?
stefan: stefek
sylwia: sylvia?
tadeusz: tadek ted?
teresa: tereska
tomasz: tomek thomas?
urszula: ula
waldemar: waldek
wieslaw: wiesiek
wladyslaw: wladek
wojciech: wojtek
zbigniew: zbyszek zbys
zdzislaw: zdzisiek
zofia: zosia sophie?
zygmunt: zyga
boleslaw: bolek
czeslaw: czesiek
edyta: edzia
jadwiga: jadzia
julia: julka
krzysztof: kris
kinga: kinia
lidia: lidka
oliwia: oliwka
patrycja: patka
wiktoria: wika
weronika: wera
zuzanna: zuzia zuza
"""

ROMANIAN = """
adrian: adi
alexandru: alex? sandu alecu
alexandra: sanda
ana: anca anuta
andreea: deea andrea
bogdan: bogdi
catalin: cata catalina?
ciprian: cipri cipi
constantin: costel costi dinu titi?
cristian: cristi cristea christian
cristina: cristi? tina?
daniel: danut dan
daniela: dana dani?
dumitru: mitica mitru
ecaterina: cati catinca katerina
elena: lenuta leni ileana? lena
emil: emilian
florentina: flori tina?
florin: florian florinel
gabriel: gabi
gabriela: gabi? gabita
gheorghe: gigi gelu george? ghita
ioana: oana
ioan: ion ionel nelu ionut
ion: ionel ionut nelu
liliana: lili
luminita: lumi
maria: marioara mioara
marian: marinel
mihaela: miha mihaiela ela?
mihai: misu mihaita mihail
nicolae: nicu nae niculae nelu?
nicoleta: nico nicol
petru: petre petrica
radu: raducu
razvan: razvi
roxana: roxi
sebastian: seba
sorin: sorinel
stefan: fane stefanel
stefania: fania
tudor: tudorel theodor
valentin: vali
valentina: vali?
vasile: vasi vasilica
victor: vicu
viorel: vio
andrei: andi
elena: ela?
emanuel: manu?
ileana: lenuta?
iulian: iuli
marcel: marcelus
marin: marinica
mihai: michael?
paul: paulica
simona: simo
viorica: vio?
"""

UKRAINIAN = """
anastasiia: nastia anastasia nastya asya stasia
andrii: andriy andrei andrey andriiko
bohdan: bogdan bodia danko
daria: dasha darya dariia
dmytro: dima dmitri dmitry dmytryk dmitriy mitya
halyna: halia galina halya
hanna: anna? ania? hania ganna
hryhorii: hrysha grigori
ihor: igor ihorko
inna: innochka
iryna: ira irina irka
ivan: vania vanya ivanko
kateryna: katia katya ekaterina katerina
khrystyna: khrystia christina?
kostiantyn: kostia kostya konstantin
liudmyla: liuda luda lyudmila ludmila mila?
larysa: lara larisa
lesia: lesya olesia
mariia: masha mariya marichka marusia maria
maksym: max maxim maks
mykhailo: misha mykhaylo mikhail mykhas
mykola: kolia kolya nikolai nikolay
nadiia: nadia nadya nadiya
natalia: natasha nataliya natalka nataliia
oksana: ksenia? oksanka
oleh: oleg olezhka
oleksandr: sasha sashko aleksandr alexander? oles olexander
oleksandra: sasha? lesia? aleksandra olexandra
oleksii: oleksiy alexei alexey lyosha
olena: lena olenka elena helen?
olha: olga olia olya
pavlo: pasha pavel pavlyk
petro: petya pyotr
polina: polia
roman: roma romko
serhii: sergei sergiy sergey serhiy serhiiko
sofiia: sonia sofiya sonya sophia?
stanislav: stas
svitlana: sveta svetlana svita
taras: tarasyk
tetiana: tania tatiana tetyana tanya
valentyna: valia valentina
vasyl: vasia vasyl vasily
viacheslav: slava? vyacheslav
viktoriia: vika viktoria victoria? viktoriya
viktor: vitia victor
vitalii: vitaliy vitaly vitalik
volodymyr: vova volodia vladimir volodya
yaroslav: slava yarik
yevhen: zhenia evgeny yevgen yevheniy
yevheniia: zhenia? evgenia
yuliia: yulia julia? yuliya yulya
yurii: yuriy yuri yura
artem: tema tioma
arsenii: senia
halyna: halka
ievgen: evgen
illia: ilya iliya
kyrylo: kirill kiril
ludmyla: liudmyla
lev: leva
luba: liubov lyubov lyuba
mykyta: nikita
nina: ninochka
oleksandr: sanya sania olek
oleksandra: sanya?
rostyslav: rostik slava?
ruslan: rusik
tymofii: tymko timofey
vira: vera
vladyslav: vlad vladik
yevhen: evgen ievgen evhen yevgeny evgenii evgeniy zhenya
yevheniia: evgeniia zhenya?
yelyzaveta: liza lisa? elizaveta
zinaida: zina
zoia: zoya
"""

TURKISH = """
abdullah: apo
ahmet: ahmed amed
ali: alican
ayse: ays aysegul ayshe
emine: emos
fatma: fatos
hasan: haso
hatice: hatce hatice
huseyin: huso huseyn
ibrahim: ibo
ismail: iso
mehmet: memo mehmed
muhammet: mohammed
mustafa: musti mustafa
murat: mura
omer: omar?
osman: osmo
ramazan: ramo
suleyman: sulo
yusuf: yusi
zeynep: zeyno zeyneb
abdulkadir: kado
abdurrahman: apo?
mohammed: mehmet? muhammet
bayram: bayro
fadime: fado
hasan: hasso
kadir: kado
mahmut: mahmud mahmoud mamo
recep: reco
selahattin: salahaddin selo
sukru: suko
tayyip: tayip
ugur: ugo
yakup: yakub
"""

SOUTH_ASIAN = """
abdul: abdal abdool
aisha: ayesha aysha aish aishah ayshah
akhtar: akhter aktar akther akter
ali: aly
amandeep: aman
amarjit: amar amarjeet
amit: ameet
anjali: anju
asif: aasif
baljit: bally baljeet bal
balwinder: balvinder bindi bal?
bhupinder: bhupi
chaudhry: choudhury chowdhury choudhry chaudhary chowdhry
deepak: deep dipak
dilip: dil
fatima: fatema fati fatimah
gurdeep: guri? gur
gurpreet: guri gopi gurprit
hardeep: hardip
hargreet: harry?
harjit: harj harjeet
harpreet: harp happy
harvinder: harry? harwinder
imran: emran immy? immi
jagdeep: jag jagdip
jasbir: jas?
jaspreet: jas jaz? jassi
jasvinder: jas? jaswinder
javed: jav javaid javid
kamaljit: kamal kam
karamjit: karam
khadija: khadeeja khatija
kuldeep: kully? kuldip
kulwinder: kully kulvinder
lakhvinder: lucky lakhwinder
manpreet: mani manny manprit
mandeep: mandy? mandip
mohammed: mohamed mohammad muhammad mohamad muhammed mohd md moh mo mohamud mahammad
mohinder: mohender mohi
narinder: nindi nerinda narender
nasreen: nasrin nasim? naz
parminder: pammi pam? parm
parveen: parvin perveen
priyanka: priya
rajesh: raj? raju
rajinder: raj rajender
ranjit: ranj ranjeet
ravinder: ravi ravender
rubina: rubi
sandeep: sandy? sandip
satnam: sat
shabana: shabs
shazia: shaz?
sukhdev: sukh
sukhvinder: sukhi sukh? sukhwinder
sunita: sunny?
surinder: suri surender
tariq: tarik tareq
usman: uthman osman?
yasmin: yasmeen yas
zainab: zaynab zenab
abdulrahman: abdurrahman abdurrehman
balwinder: bill? billa?
bilal: billu
dalwinder: daljit?
jaswinder: jassi jas
kashif: kash
lakshmi: laxmi luxmi lakshmy
mohinder: mindi
mushtaq: mushy?
nadeem: nadim
nadia: nadiya
nuruddin: nooruddin noureddine noureddin nureddin nuruldin nouraldin nurudin
pritam: preetam
rashid: rasheed
salahuddin: salaheddine salahaddin saladin salahudin
saifuddin: saifeddine seifeddine
satwinder: satty satvinder
shamsuddin: shamseddine
sivakumar: siva shiva
subramaniam: subramanian subrahmanyam subramanyam
zulfiqar: zulfi zulfikar
waqas: wakas waqqas
zahid: zaheed
"""

ARABIC_AND_SOMALI = """
abdi: cabdi
abdirahman: cabdiraxmaan abdurahman abdulrahman abdelrahman abdi?
abdullah: abdallah abdulla abdellah
abdullahi: cabdullaahi
abdulaziz: abdelaziz aziz
abdulkadir: abdelkader kader abdulqadir
ahmed: axmed ahmad achmed
aisha: caasha caisha asha aicha
ali: cali
amina: aamina aminah
anab: canab
fadumo: faadumo fatuma fatima?
farah: faarax farax
fatima: fatma fatimah fatoumata? fatou?
guled: guuleed
halima: xaliimo halimo
hassan: xasan hasan hassane
hawa: xaawo hawo
hodan: xodan
hussein: xuseen hussain husain hossein husayn
ibrahim: ibraahim brahim ebrahim
ismail: ismaaciil ismael
jama: jaamac
khadija: khadiijo khadra?
khalid: khaled
layla: leila laila leyla
mahamud: maxamuud mohamud mahmoud mahmud
maryam: maryan mariam miriam? maryama
mohamed: maxamed mahamed
mustafa: mustapha moustafa
nur: nuur noor nour
omar: cumar umar omer
osman: cismaan cusmaan othman
sadiya: sacdiya sadia
said: siciid saeed sayid
sahra: zahra saara?
yasin: yaasiin yassin
youssef: yusuf yuusuf yousuf yousef joseph?
zeinab: sayneb zaynab
abdirahman: abdurrahman abdiraxman
abdirashid: abdulrashid
abdirizak: abdirisaq abdulrazak abdirisak
abdulaziz: abdiasis abdiaziz
abdulkadir: abdiqadir abdikadir abdikader
bashir: bashiir
deeqa: deqa
ifrah: ifra
jamal: gamal djamal
jamila: djamila gamila
mohamed: maxamad
nasra: nasro
nimco: nimo
safiya: safia safiyo
suleiman: saleban suleyman sulayman soleiman
zakaria: zakariye zakariya
"""

WEST_AFRICAN = """
abena: abi?
abimbola: bimbo bola
adebayo: bayo ade
adebola: bola? ade?
adekunle: kunle ade?
adesola: sola
adewale: wale ade?
akosua: esi?
ayodele: dele ayo
ayodeji: deji ayo?
babajide: jide
babatunde: tunde baba
chibuzo: chibu
chidinma: chidi? dinma
chidiebere: chidi
chijioke: cj? jioke
chimamanda: ama?
chinedu: nedu edu?
chinonso: nonso
chinwe: chichi?
chukwudi: chudi
chukwuemeka: emeka
ebunoluwa: ebun
emmanuel: emma? manny?
folasade: sade shade
funmilayo: funmi funke?
ibukunoluwa: ibukun
ifeanyi: ify
ifeoma: ify? oma
kwabena: kobina ebo?
kwame: kwamena
modupe: dupe
ngozi: ngo
nkechi: kechi nkechinyere
nnamdi: namdi
obinna: obi
olamide: lami ola?
olufemi: femi
olufunke: funke
olumide: mide olu?
oluwadamilola: damilola dami lola?
oluwafemi: femi?
oluwaseun: seun
oluwatobi: tobi
oluwatosin: tosin
olusegun: segun
omolara: lara? lola?
omotola: tola
temitope: temi tope
titilayo: titi
uchenna: uche
yetunde: yeti tunde?
yewande: wande
abdoulaye: abdulai
adaeze: ada
akua: ekua
amadou: amadu ahmadou
aminata: ami aminatta
boubacar: bubacarr aboubacar abubakar
chiamaka: amaka
chioma: chichi? chi?
chukwuma: chuma
damilola: oluwadamilola dami
ebrima: ebrahima ibrahima
fatoumata: fatou fatoumatta fatu
funmilayo: oluwafunmilayo olufunmilayo funmi funke?
ikechukwu: ike iyke
ibrahim: ibrahima? ebrima?
isatou: aissatou isata
kehinde: kenny? kehinda
kemi: oluwakemi olukemi adekemi?
kofi: coffie
kwadwo: kojo kwodwo kodjo
kwaku: kweku
kwasi: akwasi kwesi
mamadou: mamadu momodou
nkechinyere: nkechi kechi
obiageli: oby obi?
okechukwu: okey
oluwaseun: oluseun
olusola: sola
oluwole: wole
onyinyechi: onyi onyinye
oyinkansola: oyin oyinkan
somtochukwu: somto
taiwo: taiye taye
temitope: oluwatemitope
tobiloba: oluwatobiloba oluwatobi tobi
tochukwu: tochi
ugochukwu: ugo
usman: ousmane ousman
yakubu: jacob?
yaw: yao
zainabu: zainab
"""

PORTUGUESE = """
alexandre: xande alex?
ana: aninha
antonio: toninho to tony?
beatriz: bia
carolina: carol
catarina: cata
cristina: cris tina?
eduardo: edu dudu
fernanda: nanda
filipe: lipe felipe
francisco: chico xico paco
gabriel: biel
goncalo: gonca
guilherme: gui
isabel: bela isa belinha
joana: joaninha
joao: joaozinho
jose: ze zeca
leonardo: leo
luis: lula luiz
manuel: manel neca manu
margarida: guida
maria: mia mariazinha
mariana: mari
miguel: micas
patricia: paty pati
paulo: paulinho
pedro: pedrinho
rafael: rafa
ricardo: rick?
roberto: beto
sebastiao: bastiao
teresa: tete
tiago: thiago
adriana: dri
alberto: beto?
anabela: bela?
conceicao: sao
domingos: mingos
fernando: nando
geraldo: gera
henrique: rique
joaquim: quim quinzinho
jorge: jorginho
jose: joseph?
lourdes: lurdes
manuel: manny?
rodrigo: digo
vitor: victor
"""

ALL = "\n".join(
    (
        BRITISH,
        IRISH,
        SCOTTISH,
        WELSH,
        POLISH,
        ROMANIAN,
        UKRAINIAN,
        TURKISH,
        SOUTH_ASIAN,
        ARABIC_AND_SOMALI,
        WEST_AFRICAN,
        PORTUGUESE,
    )
)
