# SPDX-License-Identifier: Apache-2.0
#
# browser.py: a report's pages in headless Chromium, for t/766: python3 browser.py FOLDER SHOTS
#
# FOLDER is a report of runs::night (t/report-runs.tcl).  Prints TAP without a plan; pictures go into SHOTS, the
# browser's own files into HOME.  Runs axe-core if ACRE_AXE names its axe.min.js; the same rules that matter most are
# measured here in any case.

import json
import os
import pathlib
import sys

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FOLDER = pathlib.Path(sys.argv[1])
SHOTS = pathlib.Path(sys.argv[2])
PAGES = {
    "first page": "index.html",
    "case": "cases/boot@zoo/first,emu=qemu.html",
    "hostile case": "cases/boot@zoo/second,emu=qemu.html",
    "empty case": "cases/boot@real/board,emu=bochs.html",
}
number = 0

# Text whose contrast with its ground is too small: at least 4.5, 3 for large text.
CONTRAST = """
function color(text) {
    const parts = text.match(/[0-9.]+/g).map(Number);
    return {rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1};
}
function luminance(rgb) {
    const part = rgb.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}
function ground(element) {
    for (let at = element; at; at = at.parentElement) {
        const found = color(getComputedStyle(at).backgroundColor);
        if (found.alpha === 1) return found.rgb;
        if (found.alpha > 0) return null;
    }
    return [255, 255, 255];
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const wrong = new Set();
let texts = 0;
while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const back = ground(element);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5;
    texts += 1;
    if (!back) { wrong.add("half transparent: " + walker.currentNode.data); continue; }
    const [dark, light] = [luminance(color(style.color).rgb), luminance(back)].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < least) wrong.add(ratio.toFixed(2) + ": " + walker.currentNode.data.trim().slice(0, 60));
}
return [texts, [...wrong].slice(0, 8)];
"""

# What a screen reader or a keyboard would miss.
ROLES = """
const wrong = [];
const all = selector => [...document.querySelectorAll(selector)];
for (const element of all("a, summary, input")) {
    const name = (element.getAttribute("aria-label") || element.textContent || (element.labels
        && element.labels[0] ? element.labels[0].textContent : "")).trim();
    if (!name) wrong.push("no name: " + element.outerHTML.slice(0, 80));
}
for (const element of all("body *")) {
    const style = getComputedStyle(element);
    if (!/auto|scroll/.test(style.overflowX + style.overflowY)) continue;
    if (element.scrollWidth <= element.clientWidth && element.scrollHeight <= element.clientHeight) continue;
    const focus = element.tabIndex >= 0;
    if (!focus && !element.querySelector("a, input")) wrong.push("scrolls, no focus: " + element.className);
    if (focus && !element.getAttribute("aria-label")) wrong.push("focus, no name: " + element.className);
}
for (const child of document.body.children) {
    if (!child.matches("header, main, footer, a.skip")) wrong.push("outside of landmarks: " + child.tagName);
}
if (all("main").length !== 1 || all("h1").length !== 1) wrong.push("not one main part with one first headline");
for (const cell of all("table tbody tr")) {
    if (!cell.querySelector("th[scope=row]")) wrong.push("a row without head: " + cell.textContent.slice(0, 60));
}
return wrong.slice(0, 8);
"""

# Things to press that are smaller than 24 pixels and stand alone.
SMALL = """
return [...document.querySelectorAll("a.c, header a, summary, label, .cases a")].filter(element =>
    element.checkVisibility() && (element.getBoundingClientRect().height < 24
    || element.getBoundingClientRect().width < 24)).map(element => element.outerHTML.slice(0, 80)).slice(0, 5);
"""


def ok(good, what, shown=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {what}", flush=True)
    if not good:
        for line in str(shown).splitlines():
            print("# " + line.encode("ascii", "backslashreplace").decode(), flush=True)


def equal(got, want, what):
    ok(got == want, what, f"got:  {got}\nwant: {want}")


def browser(home):
    options = Options()
    options.binary_location = os.environ["CHROMIUM"]
    arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={home}/profile"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    for argument in arguments:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(os.environ["CHROMEDRIVER"]), options=options)


def look(driver, width, height, scheme, page):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                           {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    driver.get((FOLDER / PAGES[page]).as_uri())


def looks(driver):
    for width, height, device in ((1280, 900, "desktop"), (390, 844, "phone")):
        for scheme in ("light", "dark"):
            for page in PAGES:
                look(driver, width, height, scheme, page)
                wide = driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
                texts, wrong = driver.execute_script(CONTRAST)
                problems = [f"wider than the window: {wide}"] if wide[0] > wide[1] else []
                problems += [f"contrast {text}" for text in wrong] + driver.execute_script(ROLES)
                problems += [f"small: {element}" for element in driver.execute_script(SMALL)]
                ok(not problems and texts > 20, f"{page}, {device}, {scheme}: contrast, names, heads, sizes",
                   "\n".join([f"{texts} texts"] + problems))
                driver.save_screenshot(str(SHOTS / f"{page} {device} {scheme}.png".replace(" ", "-")))
    for scheme, want in (("light", True), ("dark", False)):
        look(driver, 1280, 900, scheme, "first page")
        back = driver.execute_script("return getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g)"
                                     ".map(Number)")
        equal(sum(back) > 384, want, f"{scheme} is {scheme}")
    look(driver, 320, 640, "light", "first page")
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    equal(wide, 320, "320 pixels, as at four times the size: nothing is cut")


def alone(driver):
    look(driver, 1280, 900, "light", "hostile case")
    ok("owned" not in driver.title, "hostile words do not run")
    equal(len(driver.find_elements(By.CSS_SELECTOR, "script, img, iframe")), 0, "and make no elements")
    ok("<script>document.title='owned'</script>" in driver.find_element(By.CSS_SELECTOR, "pre.log").text,
       "they are there to be read")
    run = driver.execute_script("const script = document.createElement('script'); script.text = 'window.ran = 1';"
                                "document.body.append(script); return window.ran")
    equal(run, None, "the page's policy lets no script run, even if there were one")
    color = driver.execute_script("return getComputedStyle(document.querySelector('.v-crash')).backgroundColor")
    ok(color != "rgba(0, 0, 0, 0)", "but its style sheet holds", color)


def focused(driver):
    return driver.switch_to.active_element


def press(driver, *keys):
    for key in keys:
        focused(driver).send_keys(key)


def rows(driver):
    return [row.find_element(By.TAG_NAME, "th").text for row in
            driver.find_elements(By.CSS_SELECTOR, ".grid tbody tr") if row.is_displayed()]


def keyboard(driver):
    look(driver, 1280, 900, "light", "first page")
    driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    skip = focused(driver)
    box = skip.rect
    ok(skip.text == "Skip to the content" and box["x"] >= 0 and box["y"] >= 0,
       "the first key shows a way past the links", f"{skip.text} {box}")
    press(driver, Keys.ENTER)
    equal(focused(driver).get_attribute("id"), "main", "which leads to the content")
    unseen = []
    radios = 0
    for _ in range(60):
        press(driver, Keys.TAB)
        element = focused(driver)
        style = driver.execute_script("const style = getComputedStyle(arguments[0]);"
                                      "return [style.outlineStyle, parseFloat(style.outlineWidth)]", element)
        if style[0] == "none" or style[1] < 2:
            unseen.append(element.get_attribute("outerHTML")[:80])
        if element.get_attribute("type") == "radio":
            radios += 1
            break
    equal(unseen, [], "where the focus is, is seen")
    equal(radios, 1, "the choice of the matrix is reached by the tab key")
    equal(rows(driver), ["64M", "first", "second", "third", "board"], "every map is there")
    press(driver, Keys.ARROW_RIGHT)
    equal(rows(driver), ["first", "second", "board"], "an arrow key: only what is not well")
    press(driver, Keys.ARROW_RIGHT)
    equal(rows(driver), ["64M", "first", "second", "third", "board"], "another: only what changed")
    for _ in range(20):
        press(driver, Keys.TAB)
        if focused(driver).get_attribute("class").startswith("c "):
            break
    name = focused(driver).get_attribute("aria-label")
    press(driver, Keys.ENTER)
    equal(name, "PASS: ladder/64M, emu=qemu, changed", "the first cell, in words")
    equal(driver.title, "PASS boot@ladder/64M,emu=qemu", "its page, by the enter key")


def mouse(driver):
    look(driver, 1280, 900, "light", "first page")
    driver.find_element(By.LINK_TEXT, "Matrix").click()
    top = driver.execute_script("return document.getElementById('matrix').getBoundingClientRect().top")
    ok(0 <= top < 300, "a click on a section's name goes there, and nothing covers it", top)
    driver.find_element(By.CSS_SELECTOR, "label:has(#show-bad)").click()
    equal(rows(driver), ["first", "second", "board"], "a click on the choice")
    driver.find_element(By.LINK_TEXT, "CRASH").click()
    equal(driver.title, "CRASH boot@zoo/second,emu=qemu", "a click on a cell")
    equal(driver.find_element(By.TAG_NAME, "h1").text, "boot@zoo/second,emu=qemu", "opens the case")
    driver.find_element(By.PARTIAL_LINK_TEXT, "previous that is not well").click()
    equal(driver.title, "FAIL boot@zoo/first,emu=bochs", "a click leads to the failure before it")
    driver.find_element(By.PARTIAL_LINK_TEXT, "QEMU: FAIL").click()
    equal(driver.title, "FAIL boot@zoo/first,emu=qemu", "a click leads to the same map under the other emulator")
    details = driver.find_element(By.CSS_SELECTOR, "details")
    table = details.find_element(By.TAG_NAME, "table")
    equal(driver.execute_script("return arguments[0].checkVisibility()", table), False, "the map's entries are folded")
    details.find_element(By.TAG_NAME, "summary").click()
    equal(driver.execute_script("return arguments[0].checkVisibility()", table), True, "a click unfolds them")
    command = driver.find_element(By.CSS_SELECTOR, "pre.command code")
    command.click()
    equal(driver.execute_script("return getSelection().toString()"), command.text, "a click selects the replay command")
    driver.find_element(By.PARTIAL_LINK_TEXT, "all cases").click()
    ok(driver.title.startswith("5 of 11 cases are not well"), "and back", driver.title)
    shown = driver.find_elements(By.CSS_SELECTOR, ".card.fixed a")
    shown[0].click()
    equal(driver.title, "PASS boot@ladder/64M,emu=qemu", "a click on what was fixed")


def memory(driver):
    look(driver, 1280, 900, "light", "case")
    wrong = driver.execute_script("""
        return [...document.querySelectorAll("td.bar")].filter(cell =>
            Math.abs(cell.getBoundingClientRect().height - parseFloat(cell.style.height)) > 2).map(cell =>
            cell.title + " is " + cell.getBoundingClientRect().height + ", not " + cell.style.height)""")
    equal(wrong, [], "memory's rows are as high as their runs are long")
    colors = driver.execute_script("""
        return new Set([...document.querySelectorAll("td.bar")].map(cell =>
            getComputedStyle(cell).backgroundColor)).size""")
    ok(colors >= 8, "owners have colours", colors)
    side = driver.execute_script("""
        const boxes = [...document.querySelectorAll("table.memory")].map(table => table.getBoundingClientRect());
        return [boxes.length, boxes[0].top === boxes[1].top, boxes[0].right < boxes[1].left]""")
    equal(side, [2, True, True], "physical and virtual memory stand side by side")
    look(driver, 390, 844, "light", "case")
    below = driver.execute_script("""
        const boxes = [...document.querySelectorAll("table.memory")].map(table => table.getBoundingClientRect());
        return boxes[0].bottom <= boxes[1].top""")
    equal(below, True, "on a phone below each other")


def axe(driver):
    file = os.environ.get("ACRE_AXE")
    if not file:
        global number
        number += 1
        print(f"ok {number} - axe-core finds nothing # SKIP no Debian package has it; ACRE_AXE names its axe.min.js")
        return
    found = []
    for page in PAGES:
        for scheme in ("light", "dark"):
            look(driver, 1280, 900, scheme, page)
            driver.execute_script(pathlib.Path(file).read_text(encoding="utf-8"))
            result = driver.execute_async_script(
                # Not its preload: what it would load by itself, a browser refuses on pages from disk.
                "const done = arguments[arguments.length - 1];"
                "axe.run({preload: false}).then(result => done(result.violations.map("
                "violation => violation.id + ': ' + violation.nodes[0].html)), error => done([String(error)]))")
            found += [f"{page}, {scheme}: {text}" for text in result]
    equal(found, [], "axe-core finds nothing")


# What the browser asked for, on all pages, that is not in the report's folder.
def strangers(driver):
    asked = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    inside = FOLDER.as_uri() + "/"
    # The browser's own first page, before ours, asks for parts of the browser.
    urls = {entry["params"]["request"]["url"] for entry in asked if entry["method"] == "Network.requestWillBeSent"
            and not entry["params"]["documentURL"].startswith("chrome:")}
    if inside + "style.css" not in urls:
        return ["not even the style sheet was seen"]
    return sorted(url for url in urls if not url.startswith(inside))


def main():
    driver = browser(os.environ["HOME"])
    try:
        for part in (looks, alone, keyboard, mouse, memory, axe):
            part(driver)
        errors = [entry["message"] for entry in driver.get_log("browser")
                  if "Content Security Policy" not in entry["message"]]
        equal(errors, [], "the browser has nothing to complain about")
        equal(strangers(driver), [], "nothing was asked for outside of the folder")
    finally:
        driver.quit()


main()
