package dev.lakebase.spring.slices;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

@Table
record Page(@Id Long id, String title) {}
