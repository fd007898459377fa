package dev.lakebase.spring.clinic;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.annotation.EnableCaching;

@SpringBootApplication(proxyBeanMethods = false)
@EnableCaching
class ClinicApplication {}
