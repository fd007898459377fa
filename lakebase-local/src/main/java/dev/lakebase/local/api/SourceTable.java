package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file that stands in for a table of Unity Catalog: {@code .csv} with a header line, or JSON lines ({@code .jsonl}
 * or {@code .ndjson}), in UTF-8.
 */
public record SourceTable(Path file) {
    /** What tells two contents of a file apart. */
    record Stamp(FileTime modified, long size) {}

    public SourceTable {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".csv") && !name.endsWith(".jsonl") && !name.endsWith(".ndjson")) {
            throw new IllegalArgumentException(
                    "source table file is \"" + file + "\", expected a .csv, .jsonl or .ndjson file");
        }
    }

    Stamp stamp() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size());
    }

    private boolean isCsv() {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    }

    /** In the order of the header, or of their first appearance. */
    List<String> columns() throws IOException {
        if (isCsv()) {
            return header();
        }
        var columns = new LinkedHashSet<String>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    parse(line).fieldNames().forEachRemaining(columns::add);
                }
            }
        }
        return List.copyOf(columns);
    }

    /** The quoting of the values is PostgreSQL's business; of the header's, ours. */
    private List<String> header() throws IOException {
        String line;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            line = lines.readLine();
        }
        var columns = new ArrayList<String>();
        var column = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; line != null && i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                columns.add(column.toString());
                column.setLength(0);
            } else if (c != '\uFEFF') {
                column.append(c);
            }
        }
        columns.add(column.toString());
        return columns.stream().map(String::strip).toList();
    }

    /** As COPY … CSV HEADER reads it, with the columns that {@link #columns} said. */
    InputStream copyStream(List<String> columns) throws IOException {
        if (isCsv()) {
            return Files.newInputStream(file);
        }
        Path converted = Files.createTempFile("lakebase-local-source", ".csv");
        try {
            convert(columns, converted);
            return Files.newInputStream(converted, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(converted);
            throw e;
        }
    }

    private void convert(List<String> columns, Path csv) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file);
                BufferedWriter out = Files.newBufferedWriter(csv)) {
            writeRow(out, columns);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    ObjectNode row = parse(line);
                    writeRow(
                            out,
                            columns.stream()
                                    .map(column -> value(row.get(column)))
                                    .toList());
                }
            }
        }
    }

    /** Null is what is not there, as an empty cell of a CSV file is. */
    private static @Nullable String value(@Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            return null;
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    private static void writeRow(Writer out, List<? extends @Nullable String> cells) throws IOException {
        String separator = "";
        for (String cell : cells) {
            out.write(separator);
            if (cell != null) {
                out.write('"' + cell.replace("\"", "\"\"") + '"');
            }
            separator = ",";
        }
        out.write('\n');
    }

    private ObjectNode parse(String line) throws IOException {
        try {
            return Json.parse(line.getBytes(StandardCharsets.UTF_8));
        } catch (ApiException e) {
            throw new IOException(file + " has a line that is no JSON object: " + e.getMessage(), e);
        }
    }
}
