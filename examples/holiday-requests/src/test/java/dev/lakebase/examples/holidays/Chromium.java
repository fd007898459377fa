package dev.lakebase.examples.holidays;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A person's browser. */
final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLLING = Duration.ofMillis(100);

    private final String address;
    private final ChromeDriver driver;

    Chromium(String address) {
        this.address = address;
        Path driverFile = Path.of(System.getProperty("chromedriver", "/usr/bin/chromedriver"));
        Path browserFile = Path.of(System.getProperty("chromium", "/usr/bin/chromium"));
        var options = new ChromeOptions();
        options.setBinary(browserFile.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--force-device-scale-factor=1");
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driverFile.toFile())
                        .build(),
                options);
        driver.manage().window().setSize(new Dimension(1180, 760));
    }

    Chromium open(String path) {
        driver.get(address + path);
        return this;
    }

    Chromium signInAs(String email) {
        open("/sign-in");
        clickOn("button[value='" + email + "']");
        await("form.ask");
        return this;
    }

    Chromium askFor(LocalDate first, LocalDate last, String note) {
        return askFor(first.toString(), last.toString(), note);
    }

    Chromium askFor(String first, String last, String note) {
        open("/");
        date("firstDay", first);
        date("lastDay", last);
        on("input[name=note]", field -> {
            field.clear();
            field.sendKeys(note);
        });
        clickOn("form.ask button:not(.plain)");
        return this;
    }

    /** The way of the keyboard into a date field depends on the locale; what the form sends does not. */
    private void date(String field, String day) {
        on("input[name=" + field + "]", input -> script("arguments[0].value = arguments[1]", input, day));
    }

    /** Sends a form that no page offers, with the token of the page that is open, and shows what is answered. */
    Chromium send(String path, Map<String, String> fields) {
        script("""
                const form = document.createElement('form');
                form.method = 'post';
                form.action = arguments[0];
                const token = document.querySelector('input[name=_csrf]').value;
                for (const [name, value] of Object.entries({...arguments[1], _csrf: token})) {
                    const input = document.createElement('input');
                    input.name = name;
                    input.value = value;
                    form.append(input);
                }
                document.body.append(form);
                form.submit();
                """, path, fields);
        return this;
    }

    /** The id of the first element like this. */
    String id(String css) {
        await(css);
        return String.valueOf(script("return document.querySelector(arguments[0]).id", css));
    }

    /** One click: after a failure it is tried again only where the page heard none. */
    Chromium clickOn(String css) {
        String click = UUID.randomUUID().toString();
        return patiently("a click on " + css, () -> {
            if (!heard(click)) {
                WebElement element = driver.findElement(By.cssSelector(css));
                script(
                        "const click = arguments[0];"
                                + "addEventListener('click', () => sessionStorage.setItem(click, ''), {capture: true})",
                        click);
                element.click();
            }
            return true;
        });
    }

    /** Also after the click led to another page. */
    private boolean heard(String click) {
        return script("return sessionStorage.getItem(arguments[0])", click) != null;
    }

    Chromium await(String css) {
        return on(css, element -> {});
    }

    /** What is done to the element must be good to do twice. */
    private Chromium on(String css, Consumer<WebElement> act) {
        return patiently(css, () -> {
            WebElement element = driver.findElement(By.cssSelector(css));
            boolean visible = element.isDisplayed();
            if (visible) {
                act.accept(element);
            }
            return visible;
        });
    }

    /** Waits until the text is somewhere on the page. */
    Chromium see(String text) {
        return patiently("the text \"" + text + "\"", () -> text().contains(text));
    }

    String text() {
        return String.join("\n", texts("body"));
    }

    int count(String css) {
        return texts(css).size();
    }

    /** Read all at once, so that nothing is replaced in between. */
    List<String> texts(String css) {
        var texts = new ArrayList<String>();
        patiently("the texts of " + css, () -> {
            for (Object text : (List<?>) script(
                    "return Array.from(document.querySelectorAll(arguments[0]), element => element.innerText)", css)) {
                texts.add((String) text);
            }
            return true;
        });
        return texts;
    }

    /** A page that changes while it is looked at makes the driver fail; the whole is tried again then. */
    private Chromium patiently(String what, BooleanSupplier attempt) {
        new WebDriverWait(driver, PATIENCE)
                .pollingEvery(POLLING)
                .ignoring(WebDriverException.class)
                .withMessage(() -> "Waited for " + what + " on\n" + script("return document.body?.innerText"))
                .until(page -> attempt.getAsBoolean());
        return this;
    }

    private @Nullable Object script(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    void screenshot(String name) {
        try {
            Path folder = Path.of(System.getProperty("screenshots", "target/screenshots"));
            Files.createDirectories(folder);
            Files.write(folder.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
