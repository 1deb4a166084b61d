import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { wishedLanguages } from './i18n/chosen';
import { locale, useLanguage } from './i18n/language';

await useLanguage(wishedLanguages());
document.documentElement.lang = locale;
mount(App, { target: document.getElementById('app')! });
