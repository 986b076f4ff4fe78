"""Whole words that plain folding cannot bring together: Somali spelling, and names in Arabic script.

Compiled for this project from general knowledge (facts, no source copied). `SOMALI`: the spelling used in other
languages, then the Somali ones, where c and x stand for sounds that others leave out or write h. `ARABIC`: a usual
Latin spelling, then the word as written without vowels, also in Urdu and Persian. Data only.
"""

SOMALI = """
abdi: cabdi
abdirahman: cabdiraxmaan cabdiraxman cabdirahman cabdirahmaan
abdullahi: cabdullaahi cabdulahi cabdullahi
abdulle: cabdulle
abdulkadir: cabdulqaadir cabdulqadir cabdiqaadir cabdiqadir
abdiasis: cabdicasiis cabdiasiis
abdisalam: cabdisalaam
adan: aadan
ahmed: axmed
aisha: caasha casha caaisho caisha
ali: cali
anab: canab
arab: carab
arale: caraale
awale: cawaale cawale
ayub: ayuub
elmi: cilmi
farah: faarax farax
fatah: fataax
geele: geelle
halima: xaliimo xalimo xaliima
hawa: xaawo xawo
hassan: xasan
hersi: xirsi
hussein: xuseen xusein xuseyn
habiba: xabiibo xabibo
hamdi: xamdi
hodan: xodan
ige: cige
ismail: ismaaciil ismacil
jama: jaamac jamac
mohamed: maxamed maxammed
mohamud: maxamuud maxamud
omar: cumar
osman: cismaan cusmaan cusman cisman
salah: saalax salax
said: saciid sacid siciid
sadia: sacdiya sacdiyo
"""

ARABIC = """
abbas: عباس
abd: عبد
abdullah: عبدالله عبدالله
abdulrahman: عبدالرحمن
abdulaziz: عبدالعزيز
abdulkarim: عبدالكريم
abu: ابو
adam: ادم
adel: عادل
ahmed: احمد
aisha: عائشه عايشه
akbar: اكبر
ali: علي
allah: الله
amal: امل
amin: امين
amina: امينه امنه
amir: امير
ammar: عمار
anwar: انور
asif: اصف
asma: اسماء اسما
ayman: ايمن
bashir: بشير
begum: بيگم بيكم
bibi: بيبي
bilal: بلال
dawood: داود داوود
din: الدين
fahad: فهد
farah: فرح
faisal: فيصل
fatima: فاطمه
habib: حبيب
haider: حيدر
halima: حليمه
hamid: حامد حميد
hamza: حمزه
hanan: حنان
haroon: هارون
hassan: حسن
heba: هبه
huda: هدي
hussein: حسين
ibrahim: ابراهيم
idris: ادريس
imran: عمران
iqbal: اقبال
ismail: اسماعيل
issa: عيسي
jaber: جابر
jamal: جمال
jamila: جميله
kamal: كمال
karim: كريم
khadija: خديجه
khaled: خالد
khalil: خليل
khan: خان
layla: ليلي
mahmoud: محمود
malik: مالك ملك
mansour: منصور
maryam: مريم
mohammed: محمد
mona: مني
musa: موسي
mustafa: مصطفي
nadia: ناديه
nasser: ناصر
noor: نور
nura: نوره
omar: عمر
osman: عثمان
rahman: الرحمن رحمن رحمان
rashid: راشد رشيد
said: سعيد
salah: صلاح
saleh: صالح
salem: سالم
salma: سلمي
sami: سامي
samir: سمير
sara: ساره
sayed: سيد
shah: شاه
sharif: شريف
singh: سنگه
suleiman: سليمان
tariq: طارق
walid: وليد
yahya: يحيي
yasin: ياسين
yasmin: ياسمين
yousef: يوسف
zahra: زهراء زهرا
zainab: زينب
zubair: زبير
"""
