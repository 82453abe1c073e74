"""Russian."""

import re

from talk.words.languages import LATIN, Language
from talk.words.numerals import Numerals, labelled

_STRINGS = {
    # Where numbers come from: captions, tooltips, marks.
    "original.short": "доклад",
    "original.label": "доклад {year}",
    "original.table": "Таблица из доклада {year}\xa0года",
    "original.stands_in": "Свежего прогона ещё нет, таблица из доклада {year}\xa0года",
    "original.tables": "Таблицы из доклада {year}\xa0года.",
    "original.quotation": "Цитата из доклада {year} года, слайд {slide}",
    "provenance.code": "код\xa0{commit}",
    "provenance.code_edited": "код\xa0{commit} с правками",
    "provenance.quick": "быстрый прогон",
    "provenance.data": "данные",
    "provenance.stale": "устарело: код с тех пор изменился",
    "provenance.changed": "Код измерения изменился: {files}",
    "provenance.and_more": "{files} и ещё {count}",
    "provenance.kernel": "ядро\xa0{kernel}",
    "provenance.kernel_untold": "своего ядра не называет",
    "provenance.old": "измерено прежними версиями",
    "provenance.doubtful": "сомнительный замер",
    "provenance.broken": "замер оборвался",
    "doubt.above_ceiling": "выше собственного потолка",
    "doubt.more_than_cores": "быстрее, чем позволяют ядра",
    "doubt.parts_unlike_whole": "части не складываются в целое",
    "doubt.wide_spread": "разброс таков, что медиана ничего не значит",
    "value.stale": "устарело: код замера с тех пор изменился",
    "value.stale_mark": "устарело",
    "value.unmeasured": "не измерено",
    "value.unmeasured_title": "{name}: ещё не измерено",
    "value.sample": "1234,5 мс",
    "banner.unmeasured": (
        "Часть чисел на этой странице ещё не измерена, на их месте пусто. Измерить может любая машина: {command}."
    ),
    "banner.left_out": (
        "На этих машинах измерено не всё, о чём эта страница: предложения, которым не хватило чисел, опущены. "
        "Измерить остальное может любая машина: {command}."
    ),
    "figure.unmeasured": "Этого ещё не измерила ни одна машина.",
    "claim.unmeasured": "Ещё не проверено: этих чисел никто не измерил",
    "claim.holds": "{machine}: {left} {relation} {right}",
    "claim.refuted": "{machine}: неверно, что {left} {relation} {right}",
    "claim.refuted_mark": "(не подтверждено на этой машине)",
    "uncontrolled": "Что не держали в руках: {notes}.",
    "uncontrolled.clock_not_pinned": "частота процессора не закреплена",
    "uncontrolled.other_programs_running": "другие программы на машине не остановлены",
    "uncontrolled.virtual_machine": "машина виртуальная, соседи по железу не видны",
    "uncontrolled.single_pass": "один проход, разброс неизвестен",
    # Machines: choices of one, their pages, their comparison.
    "machines.others": "Другие машины: {count}",
    "machines.none": "Ещё ни одна машина не измерена.",
    "machines.title": "Машины",
    "machines.machine": "Машина",
    "machines.measured": "Что измерила",
    "machines.when": "Когда",
    "machines.tables": "таблицы",
    "machines.quick": "{experiment}: быстрый прогон.",
    "machines.experiments": "Машины и эксперименты",
    "machines.headlines": "Главные числа всех машин",
    "machines.number": "Число",
    "machines.first": "Первая машина",
    "machines.second": "Вторая",
    "chooser.shown": "Числа на этой странице измерила машина {machine}.",
    "chooser.shown_besides": (
        "Числа на этой странице измерила машина {machine}; чего на ней не мерили, взято у других: {others}."
    ),
    "chooser.label": "Машина, числа которой показывает страница",
    "machine_page.about": (
        "{machine}, {day}. Таблицы и картинки {chapter}, которые зависят от машины: здесь они с этой."
    ),
    "machine_page.compared": "Со всеми остальными её сравнивает страница {comparison}.",
    "machine_page.chapter": "главы",
    "machine_page.comparison": "«Как это измерено»",
    "history.none": "Всё пока измерено по разу: истории ещё нет.",
    "history.course": "Как шло",
    "history.change": "Изменилось",
    "history.moved": "Изменилось больше, чем на разброс",
    "feed.title": "{site}: замеры",
    "feed.changed": "{number}: было {was}, стало {now}",
    # Predictions.
    "prediction.title": "Обещано и измерено",
    "prediction.step": "шаг",
    "prediction.promised": "обещано",
    "prediction.measured": "измерено",
    "prediction.ratio": "отношение",
    "prediction.binds": "держит",
    "prediction.lacks": "не обещано: здесь не измерено — {what}",
    "prediction.suspected": "Знак ≠: разница больше {near}. На кого думаем:",
    "prediction.none": "Обещать нечего: потолков и цен ещё ни одна машина не измерила.",
    "prediction.middle": "медиана отклонений, {device}",
    "prediction.some_held": "{held} из {steps}",
    "prediction.cell": "обещано {promised}, измерено {measured}",
    "prediction.picture": "Обещанное и измеренное время",
    "prediction.picture_told": (
        "По горизонтали обещанное время, по вертикали измеренное, обе оси логарифмические. Предсказаний {count}, "
        "из них не дальше {near} от обещанного {held}"
    ),
    "prediction.how.promised": "по счёту операций, байт и вызовов и по потолкам и ценам, измеренным на этой машине",
    "prediction.how.ratio": "измеренное / обещанное",
    "prediction.how.deviation": "измеренное / обещанное − 1, по модулю",
    "prediction.how.share": "доля обещанного времени, которую держит этот режим",
    "prediction.how.middle": "медиана отклонений по всем предсказанным шагам",
    "prediction.how.steps": "шагов, для которых есть предсказание",
    "prediction.how.held": "шагов, которые уложились в допуск от обещанного",
    "resource.arithmetic": "арифметика",
    "resource.issue": "арифметика: выдача инструкций",
    "resource.blocks": "арифметика: карте не хватает блоков",
    "resource.kernels": "арифметика: работа карты",
    "resource.l1": "память: L1",
    "resource.l2": "память: L2",
    "resource.l3": "память: L3",
    "resource.memory": "память",
    "resource.lines": "память: общая и L1",
    "resource.latency": "память: ожидание",
    "resource.overhead": "накладные расходы",
    # Labs.
    "labs.title": "Тетради",
    "labs.run_time": "от запуска ядра до конца последней ячейки",
    "labs.stale": "код изменился, с тех пор не выполнялся",
    "labs.executed": "Выполнена сборкой: {source}",
    "labs.never": "ещё не выполнялась ни на одной машине",
    "labs.take": "{download} или, в папке проекта, {command}",
    "labs.download": "Скачать тетрадь",
    # Pages.
    "slide.in_article": "в статье",
    "slide.in_deck": "в презентации",
    "page.lost": "Такой страницы нет. Проверьте адрес, поищите по сайту или начните {home}.",
    "page.home": "с главной",
    "page.search": "Искать по сайту",
    "page.permalink": "Ссылка на этот раздел",
    "palette.system": "Тема как в системе: переключить на светлую",
    "palette.light": "Светлая тема: переключить на тёмную",
    "palette.dark": "Тёмная тема: переключить на системную",
    # The deck.
    "deck.close": "Закрыть",
    "deck.overview": "Все слайды",
    "deck.backups": "Запасные, для вопросов",
    "deck.shortcuts": "Клавиши",
    "deck.shortcuts.space": "Пробел",
    "deck.shortcuts.next": "дальше",
    "deck.shortcuts.previous": "назад",
    "deck.shortcuts.first": "первый слайд",
    "deck.shortcuts.last": "последний слайд",
    "deck.shortcuts.overview": "все слайды сразу; {key} закроет",
    "deck.shortcuts.backup": "запасные слайды к этому и обратно",
    "deck.shortcuts.jump": "перейти к слайду по номеру",
    "deck.shortcuts.speaker": "окно докладчика: заметки, часы, следующий слайд",
    "deck.shortcuts.timer": "секундомер репетиции: пустить, остановить",
    "deck.shortcuts.report": "отчёт о репетиции",
    "deck.shortcuts.measure": "измерить здесь и сейчас то, что на слайде; ещё раз — убрать",
    "deck.shortcuts.fullscreen": "во весь экран",
    "deck.shortcuts.blackout": "погасить экран",
    "deck.machines": "Чьи числа на слайдах",
    "deck.shortcuts.machine": "чьи числа на слайдах: выбрать машину",
    "deck.shortcuts.pointer": "указка для зала: идёт за мышью и гаснет",
    "deck.shortcuts.freeze": "заморозить картинку в зале",
    "take_away": "Забрать с собой:",
    "take_away.deck": "слайды в PDF",
    "take_away.handout": "слайды с заметками",
    "take_away.zip": "папка со слайдами, которой не нужна сеть",
    "deck.shortcuts.help": "эта подсказка",
    "deck.no_window": "Окно не открылось",
    "deck.no_window.mend": (
        "Браузер не пустил окно докладчика. Разрешите этому сайту всплывающие окна и нажмите {key} ещё раз."
    ),
    "report.title": "Репетиция",
    "report.number": "№",
    "report.slide": "Слайд",
    "report.planned": "План",
    "report.spent": "Факт",
    "report.difference": "Разница",
    "report.save": "Скачать CSV",
    "report.reset": "Сбросить",
    # The speaker's window.
    "speaker.title": "Окно докладчика",
    "speaker.waiting": "Это окно докладчика: откройте его из презентации клавишей {key}.",
    "speaker.times": "Время",
    "speaker.clock": "Сейчас",
    "speaker.elapsed": "Идёт",
    "speaker.left": "Осталось",
    "speaker.on_slide": "Слайд",
    "speaker.start": "Старт",
    "speaker.reset": "Сбросить",
    "speaker.report": "Отчёт",
    "speaker.now": "Слайд на экране",
    "speaker.dark": "Экран погашен: {key} вернёт",
    "speaker.lost": (
        "Презентация закрыта, секундомер стоит. Откройте её снова и нажмите там {key}, а это окно можно закрыть."
    ),
    "speaker.frozen": "Зал видит другой слайд: {key} покажет ему этот",
    "speaker.go": "Перейти",
    "speaker.notes": "Заметки",
    "speaker.slides": "Слайды",
    "speaker.previous": "Назад",
    "speaker.next": "Дальше",
    "speaker.size": "Текст:",
    "speaker.width": "Ширина заметок",
    "speaker.smaller": "Мельче",
    "speaker.larger": "Крупнее",
    # The phone that turns slides, and what is measured in front of the hall.
    "phone.title": "Пульт",
    "now.here": "эта машина",
    "now.no_gpu": "GPU с CUDA здесь нет",
    "now.lacks": "здесь не установлено: {packages}",
    "now.unknown": "здесь этого не измерить",
    "now.silent": "замер ничего не сказал",
    "now.unrecorded": "в записях нет {name}",
    # What scripts say: `js.` and the kind of page.
    "js.page.machine_named": "«{machine}»",
    "js.page.machine_foreign": "Машина «{machine}» этого не измеряла: {title}",
    "js.page.machine_partly": "Чего эта машина не измеряла, осталось от {homes} и подчёркнуто штрихами.",
    "js.page.machine_nothing": "Ничего из показанного здесь эта машина не измеряла, остались числа {homes}.",
    "js.page.machine_whole": "Числа, картинки и выводы — её.",
    "js.page.machine_quick": "Прогон у неё быстрый: работы меньше, числа грубее.",
    "js.page.machine_corner": "Чьи числа показаны",
    "js.page.machine_lost": "Её числа не пришли: с диска браузер их не читает, а с сайта — попробуйте ещё раз.",
    "js.page.machine_now": "Числа: {machine}",
    "js.page.machine_back": "Вернуть прежние",
    "js.page.refuted": "(не подтверждено на этой машине)",
    "js.article.search": "Поиск",
    "js.article.code": "Код {number}",
    "js.article.machine": "Машина",
    "js.article.number": "Число",
    "js.article.ratio": "вторая / первая",
    "js.article.better": "лучше",
    "js.article.worse": "хуже",
    "js.article.nothing": "Общих чисел у этих двух нет: они мерили разное.",
    "js.deck.left": "предыдущий слайд",
    "js.deck.right": "следующий слайд",
    "js.deck.up": "слайд выше",
    "js.deck.down": "слайд ниже",
    "js.deck.resume": "Продолжить",
    "js.deck.jump": "Номер слайда",
    "js.deck.jump_label": "Номер слайда, к которому перейти",
    "js.deck.backups": "Запасные слайды: {titles}",
    "js.deck.back": "к докладу",
    "js.deck.step": "шаг {step} из {steps}",
    "js.deck.total": "Всего",
    "js.deck.csv": "№;Слайд;План, с;Факт, с;Разница, с",
    "js.deck.csv_name": "repetitsiya",
    "js.deck.recorded": "в записи",
    "js.deck.now": "сейчас",
    "js.deck.measuring": "Измеряем…",
    "js.deck.late": "за десять секунд ответа нет; нажмите R ещё раз",
    "js.deck.unserved": "слайды открыты без сервера (make serve)",
    "js.deck.failed": "Измерить не вышло: {why}",
    "js.speaker.title": "Окно докладчика",
    "js.speaker.next": "Дальше: {title}",
    "js.speaker.last": "Это последний слайд",
    "js.speaker.place": "{number} из {count}",
    "js.speaker.place_backup": "{number}, запасной",
    "js.speaker.backups": "Запасные: {backups}",
    "js.speaker.back": "К докладу",
    "js.speaker.place_step": "{number} из {count}, шаг {step} из {steps}",
    "js.speaker.stopped": "секундомер стоит",
    "js.speaker.even": "идём по плану",
    "js.speaker.behind": "отстаём на {time}",
    "js.speaker.ahead": "опережаем на {time}",
    "js.speaker.pause": "Пауза",
    "js.speaker.resume": "Дальше",
    "js.speaker.start": "Старт",
    "js.phone.place": "{number} из {count}",
    "js.phone.place_backup": "{number}, запасной",
    "js.phone.place_step": "{number} из {count}, шаг {step} из {steps}",
    "js.phone.following": "Дальше: {title}",
    "js.phone.last": "Это последний слайд",
    "js.phone.left": "осталось {time}",
    "js.phone.over": "перебрали {time}",
    "js.phone.dark": "Экран погашен: «Дальше» вернёт",
    "js.phone.frozen": "Зал видит другой слайд",
    "js.phone.no_deck": "Презентация не открыта: откройте её на ноутбуке",
    "js.phone.gone": "Нет связи с ноутбуком, ищем…",
    "js.phone.wrong": "Код неверный или старый: отсканируйте тот, что в окне докладчика",
    "js.phone.old": "Ноутбук этот телефон забыл: отсканируйте код заново",
    "js.phone.taken": (
        "Этот код занял другой телефон: нажмите «Другой телефон» в окне докладчика и отсканируйте новый"
    ),
    "js.phone.replaced": "Слайды теперь листает другой телефон",
    "js.phone.often": "Слишком много неверных попыток: подождите минуту и откройте снова",
    "js.served.phone": "Телефон",
    "js.served.title": "Телефон вместо пульта",
    "js.served.scan": (
        "Наведите камеру телефона. Сеть у него и ноутбука должна быть одна; вернее всего раздать её с телефона."
    ),
    "js.served.once": "Код годится один раз и для одного телефона. Не показывайте это окно залу.",
    "js.served.here": "Телефон на связи",
    "js.served.gone": "Телефон молчит: погас или потерял сеть. Вернётся сам, код ему больше не нужен.",
    "js.served.another": "Другой телефон",
    "js.served.no_server": "сервер не отвечает",
    "js.served.close": "Закрыть",
}

# Small ones count what stands before the reader's eyes («два цикла»), unless they count measures, times or parts.
_SMALL = "|".join(
    [
        "два|две|двух|двум|двумя|двое|три|тр[её]х|тр[её]м|тремя|четыре|четыр[её]х|четыр[её]м|четырьмя|пять|пяти|пятью",
        r"шесть|шести|шестью|семь|семи|семью|восемь|восьми|восьмью|девять|девяти|девятью|десять|десяти|десятью",
        r"\w+надцат(?:ь|и|ью)|ноль|нуля|нулю|нул[её]м",
    ]
)
_LARGE = "|".join(
    [
        "(?:два|три)дцат(?:ь|и|ью)|сорок|сорока(?!\\s+летит)|(?:пять|шесть|семь|восемь)десят|девяносто|девяноста|сто|ста",
        "(?:пяти|шести|семи|восьми|пятью|шестью|семью|восемью)десят(?:и|ью)|двести|двухсот|триста|тр[её]хсот|четыреста",
        r"четыр[её]хсот|(?:пять|шесть|семь|восемь|девять)сот|(?:пяти|шести|семи|восьми|девяти)сот|(?:сотн|дюжин)\w*",
        r"(?:тысяч|миллион|миллиард|триллион)(?!елет|ер)\w*|десят(?:ок|ка|ки|ков|кам|ками|ках)",
        r"(?:двум|трем|четырьм)ястами|\w+юстами",
    ]
)
# How words begin that hold a number: «двадцатикратный», «десятипроцентный».
_STEMS = (
    "двух?ъ?|тр[её]хъ?|четыр[её]х|пяти|шести|семи|восьми|девяти|десяти|\\w+надцати|(?:два|три)дцати|сорока|\\w+десяти|"
    "девяносто|сто|двухсот|\\w+сот|тысяче|миллионо?|миллиардо?|полутор[ао]|много(?=процентн)"
)
_ORDINALS = (
    "трет|четв[её]рт|пят|шест|седьм|восьм|девят|десят|\\w+надцат|двадцат|тридцат|сороков|\\w+десят|сот|двухсот|тысячн|"
    "миллионн|миллиардн"
)
# «Пятая часть», «одна десятая», «две пятых», «десятая доля».
_FRACTIONS = "|".join(
    [
        rf"(?:{_ORDINALS})(?:ь?[аяе]я|ь?[уюе]ю|ой|ей|ые|ых|ыми|ь[яюией]+)\s+(?:част[ьи]ю?|дол[яюией]+)(?!\w)",
        rf"одн(?:а|у|ой)\s+(?:{_ORDINALS})(?:ая|ую|ой|ья|ью|ьей)",
        rf"(?:{_SMALL})\s+(?:{_ORDINALS})(?:ых|ыми|ым|ьих)",
    ]
)
_HALVES = (
    "часа|минуты|дня|суток|года|недели|месяца|тысячи|миллиона|миллиарда|сотни|дюжины|процента|раза|цены|"
    "(?:милли|микро|нано)?секунды|\\w*байта?|\\w*бита|литра|метра|ватта|градуса|такта"
)
_PARTS = "|".join(
    [
        r"(?<!об[еa]их\s|обе\s)(?:половин[аыуе]?|половин(?:ой|ами?|ах))|наполовину|пополам|вполовину",
        r"полтора|полторы|полутора|полутор\w+|треть|трети|третей|четверт(?:ь|и|ью|ям|ями|ях)",
        rf"(?:двух|тр[её]х)\s+четвертей|пол-?(?:{_HALVES})|пол\s+(?:{_HALVES})|{_FRACTIONS}",
        r"на\s+порядок|на\s+порядки|порядк(?:а|ов)\s+больше|в\s+разы",
        r"удв(?:о|аива)\w*|утро(?:и|ен)\w*|утраива\w*|(?:учетвер|упятер|ушестер|удесятер|уполовин|ополовин)\w*",
    ]
)
# A number after its noun is about so: «раз в пять», «секунды две».
_TIMES = "|".join(
    [
        "вдвое|втрое|вчетверо|впятеро|вшестеро|всемеро|ввосьмеро|вдевятеро|вдесятеро|стократ|дважды|трижды|четырежды",
        rf"один\s+(?:к|из|против)\s+(?:{_SMALL}|{_LARGE}|\w+м)(?<!одному)|(?:{_SMALL})\s+из\s+(?:{_SMALL}|{_LARGE})",
        rf"(?:{_STEMS})-?(?:кратн|процентн|секундн|минутн|часов|дневн|\w*байтн|ядерн|поточн)\w*",
        r"(?:двое|трое)кратн\w*",
        rf"(?<=(?<!\w)(?:раза?|секунды?|минуты?|процент(?:а|ов)|часа)\s+)(?:в\s+)?(?:{_SMALL})(?=\s+\w+(?:ее|ше|же|че)\b|[^\w\s]|$)",
        rf"(?<=(?<!\w)раза?\s+)в\s+(?:{_SMALL})",
        r"(?:один|одн(?:а|у|ой|ого|ому|им))(?=\s+(?:процент|\w*секунд|минут|такт|\w+байт)\w*)",
    ]
)
_MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
_LABELS = "|".join(
    [
        "слайд|глав|раздел|круг|шаг|пункт|рис|табл|строк|вариант|теорем|лемм|урок|этап|лекци|вопрос|том|верси|драйвер",
        "уравнени|формул|пример|задач|упражнени|алгоритм|следстви|определени|замечани|выпуск|номер|бит|ядр|поток|карт",
        "устройств|клавиш|страниц|параграф|приложени|уровен|уровн|порт",
    ]
)
# «Слой 4», «Рис. 2», «на слайде 8», but neither «за шаг 5 мс» nor «на круг 2,5 с», nor «строк 12».
_NUMBERED = (
    rf"(?i:(?<!\b(?:за|на)\s)\b(?:(?:{_LABELS})(?!ов\b|ей\b)(?!(?<=строк|глав|теорем|лемм|задач|карт|формул)\b)\w*"
    rf"|сло[йяеию]|сло[ея]м|слоях|част[ьи]|частях)|\bна\s+(?:(?:{_LABELS})(?:е|ах|и)|слое)\b)\.?[ \u00a0]+"
    r"|(?:GPU|CPU)[ \u00a0](?=\d\b)"
)
_ABBREVIATED = r"(?<!\w)(?i:пп?|стр|с|гл|рис|табл|разд|ур|прим)\.[ \u00a0]*|[№§][ \u00a0]*"
_UNITS = "|".join(
    [
        r"мс|мкс|нс|мин|ч|сут\w*|[mnµμ]s|сек\w*|(?:милли|микро|нано)?секунд\w*|минут\w*|час(?:а|ов|у|ам|ами|ах|ом)?|раза?",
        r"процент\w*|проц|%|×|[КМГТkKMGT]и?i?[бБB]\w*|\w+байт\w*|байт\w*|\w*(?:ФЛОП|FLOP|flop)\w*|\w?Гц|\w?Hz|Вт|ватт\w*",
        r"дБ|токен\w*|такт\w*|бит\w*|дн[яей]+|недел\w+|месяц\w*|градус\w*|°[CСF]?|рубл\w+|₽|млн|млрд|тыс|[fF][pP][sS]",
    ]
)
# What makes a count of a year, a version, or a label.
_COUNTED = (
    r"строк[иа]?|строками|[яЯ]дер|ядра(?:ми)?|поток(?:а|ов|ами)|вес(?:а|ов|ами)|параметр(?:а|ов|ами)|кадр(?:а|ов)|"
    r"запрос(?:а|ов)|операци[йи]|штук\w*|файл(?:а|ов)|слайд(?:а|ов)|слов[ао]?|фраз[ыа]?|символ(?:а|ов)|букв[ыа]?|"
    r"точ(?:ек|ки)|пиксел[яей]+|узл(?:а|ов)|шаг(?:а|ов)|итераци[йи]|эпох[иа]?|слоя|сло[её]в|элемент(?:а|ов)|чис(?:ел|ла)|"
    r"человек\w*|страниц[ыа]?|запуск(?:а|ов)|прогон(?:а|ов)|измерени[йя]|инструкци[йи]|вызов(?:а|ов)|пример(?:а|ов)|запис(?:ей|и)"
)

# What makes a measured number of a small one: «две секунды», «девять десятых», «в семь с половиной раз».
_MEASURES = "|".join(
    [
        r"с\s+(?:половиной|лишним)|целых|десятых|сотых|третьих|четвёртых|пятых|шестых|седьмых|восьмых|порядк\w+|девят(?:ки|ок)",
        rf"год\w*|лет|{_UNITS}",
    ]
)

LANGUAGE = Language(
    code="ru",
    locale="ru_RU",
    strings=_STRINGS,
    nouns={
        "core": ("ядро", "ядра", "ядер"),
        "thread": ("поток", "потока", "потоков"),
        "file": ("файл", "файла", "файлов"),
        "slide": ("слайд", "слайда", "слайдов"),
        "minute": ("минута", "минуты", "минут"),
    },
    plurals={"one": 0, "few": 1, "many": 2, "other": 1},  # «other» is a fraction: 1,5 файла
    grouped_from=5,
    power="·",
    day="d\xa0MMMM y",
    month="LLLL y",
    units={
        "time": {"сут": 86400.0, "ч": 3600.0, "мин": 60.0, "с": 1.0, "мс": 1e-3, "мкс": 1e-6, "нс": 1e-9},
        "bytes": {"ТБ": 1e12, "ГБ": 1e9, "МБ": 1e6, "КБ": 1e3, "Б": 1.0},
        "flops": {"ПФЛОП": 1e15, "ТФЛОП": 1e12, "ГФЛОП": 1e9, "МФЛОП": 1e6, "КФЛОП": 1e3, "ФЛОП": 1.0},
        "flop_rate": {"ТФЛОП/с": 1e12, "ГФЛОП/с": 1e9, "МФЛОП/с": 1e6, "ФЛОП/с": 1.0},
        "byte_rate": {"ТБ/с": 1e12, "ГБ/с": 1e9, "МБ/с": 1e6, "Б/с": 1.0},
        "intensity": {"ФЛОП/Б": 1.0},
        "share": {"%": 1e-2},
        "ratio": {"": 1.0, "×": 1.0, "раз": 1.0},
        "count": {"млрд": 1e9, "млн": 1e6, "тыс.": 1e3, "": 1.0},
        "money": {"₽": 1.0},
    },
    by_name_only=frozenset({"сут", "ч", "мин", "тыс.", "нс"}),  # nobody writes «0,3 сут» or «1,5 тыс.» unasked
    close=frozenset({"×"}),
    leading=frozenset(),
    inflected={"раз": ("раз", "раза", "раз")},
    bound=(
        re.compile(r" (?=[—–](?:\s|$))"),  # no line begins with a dash
        re.compile(r"(?<![\w-].)(?<=[вкосуиаяВКОСУИАЯ]) (?=\S|$)"),  # and none ends with a word of one letter
    ),
    quotes=("«", "»"),
    latin=dict(
        zip(
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            [*"a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch".split(), "", "y", "", "e", "yu", "ya"],
            strict=True,
        )
    ),
    letters=LATIN | {0x401, *range(0x410, 0x450), 0x451},
    why="Почему",
    numerals=Numerals(
        words="|".join([_LARGE, _PARTS, _TIMES, rf"(?:{_SMALL})(?:[-–—](?:{_SMALL}))*(?=\s+(?:{_MEASURES})(?!\w))"]),
        innocent=[
            labelled(f"{_NUMBERED}|{_ABBREVIATED}", "и|до|по", f"{_UNITS}|{_COUNTED}"),
            r"[IVX]+(?:[ \u00a0]?(?:и|[-–—])[ \u00a0]?[IVX]+)?[ \u00a0]век\w*",
            r"(?i:дважды два|один к одному|семь раз отмер\w*|сорок сороков|по сто раз)(?!\w)",
            rf"(?<![\d.,])[0-3]?\d[ \u00a0](?i:{_MONTHS})",
            r"(?<![\d.,:])[0-2]?\d[ \u00a0]ч(?:ас\w*)?\.?[ \u00a0](?:утра|дня|вечера|ночи)",
            r"(?<![\p{N}.,])100[ \u00a0]?%",  # the whole
            r"(?<![\p{N}.,])1[ \u00a0]раз[ \u00a0](?:на|за|в)[ \u00a0]\p{Cyrillic}",
            r"(?i:слот\w*)[ \u00a0](?:в[ \u00a0])?\d+[ \u00a0]минут\w*",  # the talk's own, which mkdocs.yml sets
            r"(?<![\p{N}.,−-])\d{1,2}-(?:й|я|е|го|му|ю|ой|м|ая|ый|х)(?!\w)",  # in a row: «2-й проход»
            r"(?:(?i:от)[ \u00a0]0[ \u00a0]до|(?<!\p{N})0[ \u00a0](?:или|и))[ \u00a0]1(?![\p{N}%]|[.,]\p{N})",
            r"(?<=[:;,][ \u00a0])\d\)(?=[ \u00a0])",  # of a list in a sentence
        ],
        units=_UNITS,
        counted=_COUNTED,
        dated=rf"в|во|с|со|до|к|от|из|после|около|конца|концу|начала|начале|весной|летом|осенью|зимой|{_MONTHS}|"
        r"(?:январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)[ьйе]?",
        years=r"год\w*|г\.|гг\.|века",
    ),
    superlatives=re.compile(
        r"\b(?:всех|всего|самы[йхеми]+|сама[яй]|само[ейму]+|ни одн\w+|никто|никому|никого|любо\w+|кажд\w+|все|наи\w+|"
        r"остальн\w+|проч(?:их|ие|его|им)|перв(?:ый|ая|ое|ые|ым|ой|ыми)|лидир\w+|рекорд\w+|худш\w+|максим\w+|миним\w+)\b",
        re.IGNORECASE,
    ),
    emphases=re.compile(
        r"\b(?:заметно|намного|значительно|существенно|гораздо|ощутимо|сильно|куда (?=\w+(?:е|ше|же)\b))", re.IGNORECASE
    ),
)
