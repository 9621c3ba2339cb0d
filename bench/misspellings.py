"""Two hundred words as people often misspell them, put together for this benchmark."""

_PAIRS = """
about abuot, above abvoe, accept acept, access acess, accident accidant, accidentally accidently,
account acount, actually actualy, additional aditional, address adress, advance advence, again
agian, allowed alowed, already allready, always allways, amount ammount, another anohter, answer
anwser, apartment appartment, apparently apparantly, application aplication, apply aply,
appointment apointment, approve aprove, arrive arive, arrived arived, article artical, available
avaliable, balance ballance, because becuase, before befor, beginning begining, being bieng,
believe beleive, between betwen, business buisness, calendar calender, cancel cancle, cancelled
canceled, cannot cannnot, certain certian, chance chanse, change chnage, changed chagned, charge
chrage, charged chraged, check chekc, choose chose, coming comming, company compnay, confirm
comfirm, correct corect, could coudl, country contry, credit credet, currency currancy, currently
curently, customer custmer, daily dialy, debit debt, decide deside, declined declinned, definitely
definately, deposit desposit, describe discribe, different diffrent, difficult dificult, direct
dirrect, disappear dissapear, does dose, doing dong, dollars dolars, double duoble, during
durring, early erly, easily easilly, enough enouf, every evrey, exactly exaclty, exchange exhange,
expect exspect, expense expence, explain explane, familiar familar, february febuary, finally
finaly, foreign foriegn, friend freind, from form, getting geting, government goverment, grateful
greatful, guarantee garantee, happen hapen, happened happend, have ahve, having haveing, height
hieght, however howver, identity identitiy, immediately immediatly, important importent,
independent independant, information infromation, insurance insurence, interest intrest, just
jsut, know konw, knowledge knowlege, language langauge, length lenght, library libary, license
lisence, little littel, losing loosing, maintenance maintainance, message mesage, might mihgt,
minimum minumum, money mony, month mounth, mortgage morgage, necessary neccessary, occasion
ocassion, occurred occured, often offen, only olny, other ohter, paid payed, password pasword,
payment paymet, people poeple, please plese, possible posible, prefer perfer, probably probaly,
problem probelm, process proces, purchase purchace, question queston, quickly quikly, really
realy, reason reasson, receive recieve, received recieved, recent recnet, recommend recomend,
regarding reguarding, remember rember, reminder remider, restaurant restaraunt, schedule shedule,
separate seperate, several severl, should shoud, similar similer, since sicne, sincerely sincerly,
someone somone, something somthing, speak speek, statement statment, still stil, stolen stollen,
successful succesful, surprise suprise, system sytem, temporary temporery, than thna, their thier,
there ther, they tehy, through throught, today tody, together togather, tomorrow tommorow,
transaction transation, transfer tranfer, transferred transfered, translate translat, truly
truely, trying tring, understand undertsand, until untill, usually usualy, vacation vaction,
weather wether, week weak, weird wierd, what waht, when wehn, where whre, whether wheather, which
wich, with wiht, withdraw withdrawl, withdrawal withdrawel, would woudl, yesterday yestarday, your
yuor
"""

MISSPELLED = dict(pair.split() for pair in _PAIRS.replace("\n", " ").split(","))
"""A word, and how it is often misspelled."""
