package dev.lakebase.spring.clinic;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;

interface Owners extends JpaRepository<Owner, Long> {
    List<Owner> findByLastName(String lastName);
}
