package dev.lakebase.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Page;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A list that the platform hands out in pages. Sends nothing until it is read; a page is fetched when the one before it is
 * used up, and blocks for at most the client's request time-out. Every iterator and stream reads afresh from the first
 * page. What is created or deleted meanwhile may be missed or met. Immutable and thread-safe; its iterators are not.
 *
 * <p>Reading fails with a {@link LakebaseException}, at the element where the page could not be fetched.
 *
 * @param <T> the records
 */
public final class PagedIterable<T> implements Iterable<T> {

    private final BiFunction<@Nullable String, Integer, Page<T>> fetch;

    /** The list of that collection of the Postgres API, whose answers carry it in that field. */
    static <T> PagedIterable<T> of(ControlPlane plane, String collection, String field, Function<JsonNode, T> element) {
        return at(plane, Call.path(collection), collection, field, element);
    }

    /** The list at that path, for messages about that resource. */
    static <T> PagedIterable<T> at(
            ControlPlane plane, String path, String resource, String field, Function<JsonNode, T> element) {
        return new PagedIterable<>((token, number) ->
                plane.join(plane.page(path, resource, field, element, token, number), "a page of " + resource));
    }

    /** @param fetch reads the page of a token (null for the first one) and a number from 0 */
    private PagedIterable(BiFunction<@Nullable String, Integer, Page<T>> fetch) {
        this.fetch = fetch;
    }

    @Override
    public Iterator<T> iterator() {
        return new Elements();
    }

    /** A sequential stream of the same. Needs no closing. */
    public Stream<T> stream() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED | Spliterator.NONNULL), false);
    }

    /** Reads all pages. Blocks, each page for at most the client's request time-out. */
    public List<T> toList() {
        return stream().toList();
    }

    private final class Elements implements Iterator<T> {
        private Iterator<T> page = List.<T>of().iterator();
        private @Nullable String next;
        private int pages;

        @Override
        public boolean hasNext() {
            while (!page.hasNext() && (pages == 0 || next != null)) {
                Page<T> fetched = fetch.apply(next, pages);
                pages++;
                next = fetched.next();
                page = fetched.elements().iterator();
            }
            return page.hasNext();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return page.next();
        }
    }
}
