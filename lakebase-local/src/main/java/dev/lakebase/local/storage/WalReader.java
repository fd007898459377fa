package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the write-ahead log of one timeline, record by record: where records begin and end, and when transactions were
 * committed. What the records do is PostgreSQL's business.
 *
 * <p>The format is that of PostgreSQL 10 to 18 on little-endian machines: pages of 8 KB with a header of 24 bytes, 40 at
 * the beginning of a segment; records aligned to 8 bytes that go on after the next page's header.
 */
final class WalReader {
    /** {@code --wal-segsize=1}. */
    static final long SEGMENT = 1 << 20;

    private static final long PAGE = 8192;
    private static final int SHORT_HEADER = 24;
    private static final int LONG_HEADER = 40;
    private static final int CONTINUES_RECORD = 1;
    private static final int RECORD_HEADER = 24;

    private static final int RMGR_XLOG = 0;
    private static final int XLOG_SWITCH = 0x40;
    private static final int RMGR_XACT = 1;
    private static final int XACT_COMMIT = 0x00;
    private static final int XACT_COMMIT_PREPARED = 0x30;

    /** Block numbers above all real ones, which say what follows. */
    private static final int DATA_SHORT = 255;

    private static final int DATA_LONG = 254;
    private static final int ORIGIN = 253;
    private static final int TOP_LEVEL_XID = 252;

    /** PostgreSQL counts from here. */
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    /**
     * One record.
     *
     * @param start where it begins
     * @param end the first byte behind it
     * @param committed when its transaction was committed; null if it is no commit
     */
    record Entry(Lsn start, Lsn end, @Nullable Instant committed) {}

    private final List<Path> folders;
    private final int timeline;
    private final long limit;
    private long position;
    private long loadedSegment = -1;
    private ByteBuffer loaded = ByteBuffer.allocate(0);

    /**
     * Begins with the first record that starts in the segment of {@code from}.
     *
     * @param folders where the segments are looked for, in this order
     * @param limit what lies behind it may not be written yet
     */
    WalReader(List<Path> folders, int timeline, Lsn from, Lsn limit) throws IOException {
        this.folders = folders;
        this.timeline = timeline;
        this.limit = limit.value();
        long segment = from.value() / SEGMENT * SEGMENT;
        load(segment);
        position = segment + LONG_HEADER;
        if ((loaded.getShort(2) & CONTINUES_RECORD) != 0) {
            position = behind(position, loaded.getInt(16));
        }
    }

    static String fileName(int timeline, Lsn within) {
        long number = within.value() / SEGMENT;
        long perId = (1L << 32) / SEGMENT;
        return String.format(Locale.ROOT, "%08X%08X%08X", timeline, number / perId, number % perId);
    }

    /** The first position in the file of that name. */
    static Lsn position(String fileName) {
        long high = Long.parseLong(fileName.substring(8, 16), 16);
        long low = Long.parseLong(fileName.substring(16), 16);
        return new Lsn((high << 32) + low * SEGMENT);
    }

    /** Null at the limit, or where the log ends. */
    @Nullable
    Entry next() throws IOException {
        long start = skipHeader(position);
        if (start >= limit) {
            return null;
        }
        int length =
                ByteBuffer.wrap(read(start, 4)).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (length < RECORD_HEADER) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(read(start, RECORD_HEADER)).order(ByteOrder.LITTLE_ENDIAN);
        int info = header.get(16) & 0xF0;
        int manager = header.get(17);
        long end = behind(start, length);
        if (manager == RMGR_XLOG && info == XLOG_SWITCH) {
            end = (start / SEGMENT + 1) * SEGMENT; // what is left of the segment counts as part of it
        }
        position = end;
        Instant committed = manager == RMGR_XACT && isCommit(info & 0x70) ? commitTime(read(start, length)) : null;
        return new Entry(new Lsn(start), new Lsn(end), committed);
    }

    private static boolean isCommit(int info) {
        return info == XACT_COMMIT || info == XACT_COMMIT_PREPARED;
    }

    private static Instant commitTime(byte[] record) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(RECORD_HEADER);
        while (true) {
            int id = bytes.get() & 0xFF;
            switch (id) {
                case ORIGIN -> bytes.position(bytes.position() + 2);
                case TOP_LEVEL_XID -> bytes.position(bytes.position() + 4);
                case DATA_SHORT -> {
                    return EPOCH.plus(bytes.getLong(bytes.position() + 1), ChronoUnit.MICROS);
                }
                case DATA_LONG -> {
                    return EPOCH.plus(bytes.getLong(bytes.position() + 4), ChronoUnit.MICROS);
                }
                default -> throw new IOException("a commit record has an unknown part " + id);
            }
        }
    }

    /** A page's header comes before what begins with the page. */
    private static long skipHeader(long at) {
        return at % PAGE == 0 ? at + headerAt(at) : at;
    }

    private static int headerAt(long page) {
        return page % SEGMENT == 0 ? LONG_HEADER : SHORT_HEADER;
    }

    /** The position behind so many bytes of content, aligned as the next record is. */
    private static long behind(long from, long length) {
        long at = from;
        long left = length;
        while (left > PAGE - at % PAGE) {
            left -= PAGE - at % PAGE;
            at = (at / PAGE + 1) * PAGE;
            at += headerAt(at);
        }
        return (at + left + 7) / 8 * 8;
    }

    private byte[] read(long from, int length) throws IOException {
        byte[] content = new byte[length];
        long at = from;
        int done = 0;
        while (done < length) {
            at = skipHeader(at);
            load(at / SEGMENT * SEGMENT);
            int part = (int) Math.min(length - done, PAGE - at % PAGE);
            loaded.get((int) (at % SEGMENT), content, done, part);
            done += part;
            at += part;
        }
        return content;
    }

    private void load(long segment) throws IOException {
        if (segment == loadedSegment) {
            return;
        }
        String name = fileName(timeline, new Lsn(segment));
        for (Path folder : folders) {
            try {
                byte[] bytes = Files.readAllBytes(folder.resolve(name));
                if (bytes.length == SEGMENT) {
                    loaded = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                    if (loaded.getLong(8) == segment) {
                        loadedSegment = segment;
                        return;
                    }
                }
            } catch (NoSuchFileException e) {
                // perhaps in the next folder
            }
        }
        throw new NoSuchFileException("no write-ahead log " + name + " in " + folders);
    }
}
