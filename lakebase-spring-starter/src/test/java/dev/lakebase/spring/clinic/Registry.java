package dev.lakebase.spring.clinic;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Registry {
    private final Owners owners;

    Registry(Owners owners) {
        this.owners = owners;
    }

    @Transactional
    public Owner register(String firstName, String lastName, String pet) {
        return owners.save(new Owner(firstName, lastName, new Pet(pet)));
    }

    @Transactional
    public void registerTwice(String firstName, String lastName, String pet) {
        owners.saveAndFlush(new Owner(firstName, lastName, new Pet(pet)));
        throw new IllegalStateException("the second time");
    }

    @Cacheable("owners")
    public long count() {
        return owners.count();
    }
}
