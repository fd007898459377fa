package dev.lakebase.spring.slices;

import org.springframework.data.repository.CrudRepository;

interface Pages extends CrudRepository<Page, Long> {}
