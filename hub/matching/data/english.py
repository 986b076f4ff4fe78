"""English given names and their short forms.

Source: the hand-curated table of the `nicknames` project (version 1.0.1, Apache-2.0, carltonnorthern/nicknames),
reduced to at most two roots a short form, the commoner root by the 1990 United States census first.
`root: short short? ...`; a question mark marks the second of two roots. Data only.
"""

ENGLISH = """
aaron: erin ron? ronnie?
abednego: bedney
abel: ab? abe? eb ebbie
abigail: abbe abbey abbi abbie abby nabby
abijah: bige
abraham: ab abe
absalom: app
ada: addy adie
adela: adie?
adele: addy?
adeline: delia
adelphia: philly
adolphus: ado
adrian: rian
adriane: riane
adrienne: addie enne rienne
agatha: aga
agnes: aggy inez nessa?
alan: al?
alanson: lanson
albert: al bert
aldrich: riche
aleksandr: alek
aleva: leve levy
alexander: alec alex sandy?
alexandra: alla
alexandria: alla? drina
alexis: lexi
alfred: freddy
alfreda: alfy frieda?
algernon: algy
alice: allie elsie
alicia: allie? elsie?
aline: adeline
alison: ali?
allen: alan allan
allison: ali ally
almena: mena
alonzo: lonzo
alphinias: alphus
alverta: vert virdie
alyssa: ally? lissia
amanda: manda mandy
ambrose: brose
amelia: millie?
amos: moses
andre: drea?
andrea: andi andy? drea rea
andrew: andy drew randy
andriane: adri
angela: angel angie
angelica: angelika angelique angie?
angelina: lina?
anna: ann? anne annie nan?
annette: nettie?
anselm: ance anse ansel
anthony: ant tony
antoinette: netta
antonia: netta?
antonio: ant? tony?
appoline: appie appy
aquilla: quil quillie
ara: arry
araminta: middie minty ruminta
archilles: kill killis
ariadne: ari
arielle: arie
aristotle: telly
arlene: arly
arminda: mindie
arminta: minite
arnold: arnie
artelepsa: epsey
arthur: art
arzada: zaddi
asenath: assene sene
ashley: ash ashly leah lee?
aubrey: bree
audrey: audree dee
august: gus
augusta: aggy? gatsy gussie?
augustina: gatsy?
augustine: august gus?
aurelia: aurilla orilla rilly
azariah: aze riah
barbara: bab babs barbie barby bobbie
barney: barnabas
bart: bartholomew
bartholomew: bartel bat mees meus
beatrice: bea trisha? trix trixie
bedelia: bridgit
belinda: belle
bella: arabella isabella
benjamin: ben benjy bennie benny jamie?
bernard: barney berney bernie berny
bertha: bertie birdie
beth: betsy?
bethena: thaney
beverly: bev
bezaleel: zeely
billy: fred?
blanche: bea?
bobby: bob? rob?
brad: bradford ford?
bradley: brad
brady: brody
breanna: bree? bri?
brenda: brandy
brian: bryan bryant
brianna: bri
bridget: biddie biddy bridgie bridie
brittany: britt brittnie
brittney: britt? brittnie?
broderick: brody?
caitlin: cait caity
caitlyn: cait? caity?
caldonia: calliedona
caleb: cal?
calista: kissy
calpurnia: cally
calvin: cal vin? vinny?
cameron: cam
camille: cammie
candace: candy dacey
carla: carly karla
carmellia: mellia
carmelo: melo
carmon: cammie? carm charm
carol: carolann carole caroline carri carrie cassie kara kari lynn?
caroline: carole?
carolyn: carrie?
cassidy: cass
catherine: casey cathy? kathy? katy? kay? kittie? trina?
cathy: cathleen
cecilia: celia
cedric: ced
celeste: celia? lessie
charity: chat
charles: carl charlie chick chuck
charlie: chuck?
charlotte: char lotta lottie sherry?
chauncey: chan
chelsey: chelsie
cheryl: cher
chester: chet
chloe: clo
christina: chrissy? christy? crissy? kris? kristy? tina?
christine: chris? chrissy christy crissy kris kristy tina
christopher: chris kit
cicely: cilla?
cinderella: arilla rella rilla
cindy: cinderella
claire: clair? clare?
clara: clarissa
clarence: clair clare
claudia: claud
cleatus: cleat
clement: clem
clementine: clem? clement
clifford: cliff ford
clifton: cliff?
cole: colie
columbus: clum
conrad: con conny
corey: coco cordy ree
corinne: ora
cornelia: cornie corny? nelia nelle nelly?
cornelius: con? conny? corny niel
cory: coco? cordy? ree?
courtney: court curt?
crystal: crys stal tal
curtis: curt
cynthia: cindy cintha
cyrenius: cene renius serene swene
cyrus: cy
dalton: dahl dal
daniel: dan dann danny
danielle: dani
daphne: daph daphie
darlene: darry
david: dave davey day
daycia: daisha
debbie: debby?
deborah: deb debbie debby
debra: deb? debbie?
deidre: deedee?
delbert: del
delia: cordelia delius fidelia
deliverance: delly dilly
della: adela adelaide delilah dell?
delores: dee? dell della lola lolly?
delpha: philadelphia
delphine: del? delf delphi
demaris: dea
democrates: mock
dennis: dennie denny
derek: derrek
deuteronomy: duty
diana: di? dicey? didi?
diane: di dian dianne dicey didi
dicey: dicie
dominic: dom nic?
dominick: dom?
donald: don donnie donny dony
donna: dona
donovan: donny? dony?
dorcus: darkey
doris: dora?
dorothea: doda
dorothy: dolly dora dortha dot dottie dotty
dotty: dot?
douglas: doug
drusilla: silla
duncan: dunk
earnest: ernestine ernie?
ebenezer: eben
eddie: ed?
edith: edie edye
edna: edny
edward: ed eddie eddy ned ted teddy
edwin: eddie? eddy? ned? win
edythe: edie? edye?
eighta: athy
elaine: lainie
eleanor: elaine ellen? ellie? lanna lenora nelly nora
eleazer: lazar
elias: eli lias
elijah: eli? lige
eliphalel: life
eliphalet: left
elisha: lish
elizabeth: bess bessie beth betsy betty eliza lib libby lisa liz liza lizzie lizzy
ella: el
ellen: nell nellie
ellie: elly
elmira: elly? mira?
eloise: heloise
elsie: elsey
elvira: elvie
elwood: woody?
emanuel: manny?
emily: em emma emmy mel? millie
emma: em? emmy?
epaphroditius: dite ditus dyce dyche eppa
ephraim: eph
erasmus: rasmus raze
eric: rick? ricky?
ernest: ernie
ernestine: erna teeny
erwin: irwin
eseneth: senie
essy: es
estella: essy?
estelle: essy
esther: essie hester
eudoris: dosie dossie
eugene: gene
eunice: nicie
euphemia: effy
eva: eve?
evangeline: ev? vangie
evelyn: ev eve evelina
ezekiel: ez?
ezra: ez
faith: fay
fallon: fal falcon fall fallie fally falon
felicia: fel feli felix
felicity: flick tick
ferdinand: ferdie
ferdinando: nando
florence: flo flora flossy
floyd: lloyd
frances: cissy fanny fran francie frankie frannie franniey franny sis
francine: francie? frannie? franniey? franny?
francis: fran? frankie?
freda: frieda
frederick: derick erick freddie freddy? fritz
fredericka: ricka
gabriel: gabby gabe
gabrielle: gabby?
garrett: barrett gare garratt garret garry rhett
garrick: garri
genevieve: jenny?
geoffrey: geoff?
george: georgie
gerald: gerry? jerry
geraldine: dina gerri gerrie
gertie: gert?
gertrude: gert gertie trudy
gilbert: gil wilber
giovanni: gio
glenn: glen
gloria: glory
governor: govie
greenberry: green
gregory: gory greg
griselda: grissel
gus: gussie
gwendolyn: gwen
hailey: haylee? hayley
hamilton: ham
hannah: nanny?
harold: hal hap haps harry
harriet: hattie
harry: harold henry
hayley: hailey haylee
heather: hetty
helen: ella ellen ellie lena
helena: aileen nell?
henrietta: etta? etty hank? henny retta?
henry: hal? hank hap? haps? harry?
hephsibah: hipsie
herbert: bert? herb
herman: dutch harman
hermione: hermie
hester: hessy hetty?
hezekiah: hez kiah
hillary: hilary
hiram: hy
honora: norry
hopkins: hop hopp
horace: horry
hortense: harty tensey
hosea: hosey hosie
howard: howie
hubert: hub hugh
ignatius: iggy nace natius
ignatzio: naz
india: indie indy
inez: agnes
iona: onnie
irene: rena
irvin: irving
irving: irv
irwin: erwin
isaac: ike zeke?
isabel: bell? bella belle? ib issy nib nibby tibbie
isabelle: bella? ib? issy? nib? nibby? tibbie?
isadore: izzy
isaiah: zadie zay
iva: ivy
jacob: jaap jake jay
jacqueline: jack? jackie jacqui
jahoda: hoda hodie hody
jalen: alen haylen jaelin jaelyn jailyn jaylin jaylyn
james: jamie jem jim jimmie jimmy
jane: janie jean
janet: jan jessie?
janice: jan?
jasper: casper jap
jean: jane? jeannie
jeanne: jeannie?
jebadiah: jeb
jedediah: diah dyer
jefferson: sonny
jeffery: jeff?
jeffrey: geoff jeff
jehiel: hiel
jehu: gee
jemima: mima
jennifer: jen jenn jenni jennie jenny
jeremiah: jereme?
jeremy: jez jezza
jerry: geraldine geri gerry jereme
jessica: jess jessie
jessie: jess?
jim: jimmie?
joan: jo nonie
joanna: hannah? jodi
joe: joey?
john: ian jack jock johnny jon jonnie jonny
johnathan: johnathon? johny? jonathon?
jon: johnny?
jonathan: johnathan johnathon johny jon? jonathon jonnie? jonny? nathan
jonathon: johnathan?
joseph: jody joe joey jos
josephine: fina jo? jody? josey josie
josey: josophine
joshua: joe? jos? josh
joyce: joy
juanita: nettie nita
judah: juder
judith: juda jude judi judie judy
judson: jud sonny?
judy: judith
julia: jill jules? julie
julian: jule?
julie: jule jules julia
june: junius
junior: jr junie
justin: justina juston justus
kaitlin: kait kaitie
kaitlyn: kait? kaitie?
kalli: cali
karla: carly?
katelyn: kaye?
katherine: kate kaye
kathleen: cassie? cathy kathy katy kay kit? kittie lena? trina
kathryn: kate? katie
kelley: kelli kellie
kendra: kenj kenji
kenneth: ken kendrick kenny
kent: ken? kendrick? kenny?
kerry: kerri
kevin: kev
keziah: kizza
kimberley: kimberli?
kimberly: kim kimberley kimberli
kymberly: kym
lafayette: fate laffie
lamont: monty
laodicia: cenia dicy
larry: laurence lawrence
latisha: tish tisha
lauren: laurie ren
laurence: lon? lonny? lorne? lorry?
laverne: verna
lavina: vina? viney
lavinia: viney?
lavonia: vonnie? wyncha
lavonne: von
lawrence: lawrie lon lonny lorne lorry
leanne: lea
lecurgus: curg
leilani: lani
lemuel: lem
leo: leon?
leonard: len lenny leo leon lineau
leonore: elenor honor
leslie: les
lester: les?
letitia: lettice lettie titia
levicy: vicy
lidia: lyddy?
lillian: lil lilly lolly
lilly: lil? lily
lincoln: link
linda: lindy lynn
lindsay: lindsey lindsie lindsy
lisa: liz?
littleberry: little
lois: louise?
lorenzo: loren
loretta: etta lorie? lorrie? retta
lorraine: lorie lorrie
lou: lu?
louis: lewis lou louie louise
louise: eliza? lois lou?
lucas: luke?
lucia: lucius
lucille: cille lu lucy
lucina: sinah
lucretia: creasey
lucy: lucinda
luke: lucas
luther: luke
lydia: lyddy
mabel: amabel mehitabel
mac: mc?
mack: mac? mc
mackenzie: kenzy
madeline: maddi maddie maddy madie magda maud
madelyn: maddy? madie?
malachi: mally
malcolm: mac mal malc
manerva: nerva nervie
manola: nonnie
manuel: emanuel manny
marcus: marc
margaret: daisy gretta madge maggie maggy marge margery margie margy meg midge peg peggy rita
margaretta: gretta?
margarita: daisy? greta madge? maggie? maisie marge? margo metta midge? peggie
marge: margaretta margery?
marian: marianna marion
marie: mae?
marietta: mariah mercy? mollie
marissa: rissa
marjorie: margie? margy?
marni: marnie
marsha: marcia marcie
martha: marty mat mattie? patsy? patty?
martin: marty?
martine: tine
marvin: marv
mary: mae mamie marie mitzi molly polly
masayuki: masa
mathew: mat? matt? maty
matilda: matty? maud? tilla tilly
matthew: matt mattie matty thias thys
maud: middy
maurice: morey
mavery: mave
maxine: max
mckenna: meaka
megan: meg?
mehitabel: hitty
melanie: mellie
melchizedek: zadock
melinda: lindy? mindy
melissa: lisa? lissa mel milly missy
melody: lodi
melvina: vina
mercedes: merci mercy sadie?
mervin: merv
micajah: cage
michael: micah mick mickey micky mike mikey
micheal: mike? mikey? miky
michelle: chelle mickey? shelley shellie shelly shely
miguel: miggy miguael miguaell miguail miguaill miguayl miguayll miguell
mike: mick? micky?
mildred: milly?
millicent: missy?
minnie: wilhelmina
miranda: mandy? mira randi
miriam: mimi mitzi? mitzie
mitchell: mitch
mitzi: mittie mitty
mitzie: mitty?
monica: monna monnie
montgomery: gum
monty: lamont
morris: morey?
mortimer: mort
moses: amos mose moss
muriel: mur
myrtle: mert myrt myrti
nadine: deedee nada
nancy: ann nan nanny
naomi: omi
napoleon: nap nappy
natalie: natty
natasha: tasha
nathan: nat nate
nathaniel: nat? nate? natty? than
nelson: nels
newton: newt
nicholas: claas claes nic nick nickie nicky? nico
nicholette: nickey
nicolas: nick? nickie? nico?
nicole: cole nicki nicky nikki nole
nora: nonie?
norbert: norby
norbusamte: norbu
norman: norm
obadiah: obed obie
obedience: beda beedy
obie: obediah
octavia: tave tavia
odell: odo
olive: livia? nollie?
oliver: ollie?
olivia: livia nollie ollie
ollie: oliver
onicyphorous: cyphorus one osaforum osaforus syphorous
orlando: roland
orphelia: phelia
otis: ode ote
pamela: pam
parthenia: parsuny pasoonie phenie teeny?
patricia: pat patsy patti patty tricia trish trisha
patrick: paddy pat? pate peter
paul: polly?
paula: lina
peggy: peg?
permelia: melly
persephone: seph sephy
peter: pate? pete
pheriba: ferbie pherbia
philander: fie
philetus: leet
philip: phil? pip?
philipina: penie
phillip: phil pip
philomena: menaalmena
phoebe: fifi
pinckney: pink
pleasant: ples
pocahontas: pokey
posthuma: humey
prescott: pres
priscilla: cilla cissy? prissy
providence: provy
prudence: prudy prue
rachel: rachael shelly?
rafaela: rafa
ramona: mona
randall: randy?
randolph: dolph?
raymond: ray
reba: becca? beck?
rebecca: becca beck becky reba
reggie: reg?
regina: gina reggie
reginald: naldo? reg reggie? renny
relief: leafa
reuben: rube
rhoda: rodie
rhyna: rhynie
richard: dick dickie dickon dicky rich richie rick ricky
ricky: dick? rich?
robert: bill billy bob bobby dob dobbin hob hobkin rob robby rupert
roberta: bertie? birdie? birtie bobbie? robbie roby
roderick: erick? rickie roddy
rodger: hodge? roge?
rodney: rod?
roger: bobby? hodge rod rodger roge
roland: lanny orlando rollo rolly
ronald: naldo ron ronnie ronny
rosa: rose
rosalinda: roz?
rosalyn: roz
rose: rosie
rosemary: rosemarie rosey
rosina: sina
roxane: rox
roxanna: roxie?
roxanne: roxie
rudolph: dolph olph rolf rudy
russell: russ rusty
ryan: ry
sabrina: brina
safieel: safie
salome: loomie
salvador: sal
samantha: mantha sam? sammy?
samuel: sam sammy
sandra: cassandra sandy
sarah: sadie sally sara
savannah: savanna vannie
scott: sceeter scottie scotty squat
sebastian: seb sebby
selma: anselm
seymour: see
shaina: sha? shay?
sharon: sha shay
shawn: shaun
sheila: cecilia
shelton: shel
sheridan: sher?
sheryl: cheri cherie sher sheri sherri sherryl
shirley: lee sherry shirl
sibbilla: sibbell sibbie sybill
sidney: sid syd
sigismund: sig
silence: liley
silvester: vest
simon: si? sion
smith: smitty
socrates: crate
solomon: sal? salmon saul sol solly zolly
sondra: dre sonnie
sophia: sophie
sophronia: frona fronia
stacey: staci? stacie stacy
stacy: staci
stephanie: annie? steffi steffie stephani stephany stephie stephine stevie?
stephen: steph? steve?
steven: steph steve stevie
stuart: stu
sullivan: sully
susan: hannah sue sukey susie suzie
susannah: sukey?
susie: suzie?
suzanne: sue? suki susie?
sydney: sid?
sylvester: si sly sy syl vessie vester vet
tabitha: tabby
tammie: tami?
tammy: tami tammie
tanafra: tanny
tasha: tash tashie
temperance: tempy
teresa: terry tess tessa tessie
terri: teri terrie
terry: terence
thad: thaddeus
thaddeus: thad
theodore: ted? teddy? theo
theodosia: dosia theodosius
theophilus: ophi
theresa: terry? tess? tessa? tessie? thirza thursa traci tracie tracy
thomas: thom tom tommy
thomasa: tamzine
tiffany: tiff tiffy
tim: timmy?
timothy: tim timmy
tina: christina
tisha: tish?
tobias: bias
tom: tommy?
tranquilla: quilla trannie
tryphena: phena
ursula: sula sulie
valentina: felty? val? vallie
valentine: felty
valerie: val
vanburen: buren
vanessa: essa nessa vanna
vernisee: nicey
veronica: franky frony ronie ronna ronny? vonnie
vicki: vickie? vicky? victoria
victor: vic
victoria: tori torie torri torrie tory vic? vicki vickie vicky
vijay: vij
vincent: vin vince vinnie vinny
vincenzo: vinnie?
viola: ola vi?
virginia: ginger ginny jane jennie? virgy
vivian: vi viv
waldo: ossy ozzy
wallace: wally?
wally: walt?
walter: wally walt
washington: wash
webster: webb
wendy: wen
wesley: wes
westley: farmboy west
wilbur: will? willy?
wilfred: wil?
wilhelmina: mina
will: wilbur
william: bela bell bill? billy? wil will willie willy
willie: fred
wilma: billiewilhelm
winfield: field
winifred: freddie? winnet winnie
winnie: winnifred
winnifred: winny
winton: wint
woodrow: drew? wood woody
yoshihiko: yoshi
yulan: yul
yvonne: vonna
zachary: zac zach zachy zack zak zakk zeke
zachery: zac? zach? zachy? zack? zak? zakk?
zebedee: zeb
zedediah: zed
zephaniah: zeph
"""
